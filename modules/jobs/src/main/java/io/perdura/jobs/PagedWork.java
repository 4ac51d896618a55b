package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Tx;
import java.sql.SQLException;

/**
 * Work in pages. Each page is one transaction that carries the state behind it too, on the
 * condition that the run still belongs to this worker: a page takes effect once, whoever dies when,
 * and another worker goes on behind the last one. The state is all that is remembered; keep it
 * small (positions, sums), never a list that grows with the data.
 *
 * <p>A page lasts well below ten seconds, because that much is lost with a server. It may be tried
 * more than once for one commit, so it has no effect outside its transaction.
 */
public interface PagedWork extends JobWork {
  /**
   * Starts the work: looks, counts, and returns the state that the first page reads. Put the number
   * of items, if it can be told cheaply, in {@link Page#TOTAL}.
   */
  ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException;

  /** Does the next page. Never called again once it said that it was the last. */
  Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException;

  /** The result of a run whose last page is done; it changes nothing. */
  JobResult result(JobParameters parameters, ObjectNode state);

  /**
   * A page that was done.
   *
   * @param state what the next page reads; may be the object that came in, changed
   * @param items how many items it dealt with
   * @param last whether there is no more
   */
  record Page(ObjectNode state, long items, boolean last) {
    /** Key of the state that says how many items there are, for progress. */
    public static final String TOTAL = "total_items";
  }
}
