package io.perdura.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Purge;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The runs as workers see them: taking, going on, coming to an end, and handing back.
 *
 * <p>A run belongs to whoever took it last: each taker gets a higher fence, and every statement
 * here names the fence under which it is done.
 */
@ApplicationScoped
public class RunBook {
  /** Attempts in a row that did no page, after which a run is given up. */
  static final int BARREN_ATTEMPTS = 5;

  private static final int LONGEST_ERROR = 2_000;
  private static final int FORGET_AT_ONCE = 1_000;

  private final Database database;
  private final JobCatalog catalog;
  private final Clock clock;
  private final JobMetrics metrics;

  /** For the container's proxy. */
  protected RunBook() {
    this(null, null, null, null);
  }

  @Inject
  public RunBook(Database database, JobCatalog catalog, Clock clock, JobMetrics metrics) {
    this.database = database;
    this.catalog = catalog;
    this.clock = clock;
    this.metrics = metrics;
  }

  /**
   * A run that a server holds, as somebody else sees it.
   *
   * @param stop whether an operator wants it to stop
   */
  public record Held(UUID id, String job, String node, long fence, boolean stop) {}

  /** Takes the oldest run that may start on this server; empty when there is none. */
  public Optional<RunHandle> claim(String node) {
    if (!database.read("look for queued runs", RunBookSql::hasQueued)) {
      return Optional.empty();
    }
    List<JobRun> ended = new ArrayList<>();
    Optional<JobRun> taken =
        database.transaction(
            "claim a run",
            tx -> {
              ended.clear();
              ended.addAll(RunBookSql.bury(tx.connection(), BARREN_ATTEMPTS));
              return RunBookSql.claim(tx.connection(), node, catalog.names());
            });
    ended.forEach(metrics::ended);
    return taken.map(run -> new RunHandle(run, catalog.require(run.job())));
  }

  /**
   * Takes a run for an execution of the batch runtime that nobody asked us for: one that an
   * operator's own tool started or restarted.
   *
   * @param instance the batch runtime's instance; a run that belongs to it goes on if it has ended
   * @throws RunLostException when that run is under way elsewhere
   */
  public RunHandle adopt(String job, JobParameters parameters, long instance, String node) {
    JobWork work = catalog.require(job);
    JobRun run =
        database.transaction(
            "adopt a run",
            tx -> {
              Optional<JobRun> known = RunBookSql.ofInstance(tx.connection(), instance);
              if (known.isEmpty()) {
                return RunBookSql.insertRunning(
                    tx.connection(), work.definition(), parameters, node);
              }
              return RunBookSql.takeEnded(tx.connection(), known.get(), node)
                  .orElseThrow(() -> new RunLostException(known.get().id()));
            });
    return new RunHandle(run, work);
  }

  /** Writes down which execution of the batch runtime does the run. */
  public boolean executing(RunHandle run, long instance, long execution) {
    return change(
        "note an execution",
        "instance_id = ?, execution_id = ?",
        run.id(),
        run.fence(),
        statement -> {
          statement.setLong(1, instance);
          statement.setLong(2, execution);
          return 3;
        });
  }

  /**
   * Does the next page, and remembers in the same transaction that it is done. After a page whose
   * outcome is unknown it first looks where the run stands.
   *
   * @return items that it dealt with
   * @throws RunLostException when the run belongs to another worker; the page had no effect
   * @throws SkippedPageException the page is left out, which is stored
   * @throws RetryablePageException the database is away: call again after a while
   */
  public long page(RunHandle run) {
    try {
      if (run.isInDoubt()) {
        reload(run);
      }
      return run.isPagesDone() ? 0 : nextPage(run);
    } catch (ApiException e) {
      if (e.status() != 503) {
        throw e;
      }
      run.doubt(e.getMessage());
      throw new RetryablePageException(e.getMessage(), e);
    }
  }

  private long nextPage(RunHandle run) {
    PagedWork work = (PagedWork) run.work();
    try {
      return store(run, tx -> doPage(tx, run, work), 0);
    } catch (SkippedPageException e) {
      store(run, tx -> new PagedWork.Page(e.behind(), 0, e.isLast()), e.items());
      throw e;
    }
  }

  /**
   * Remembers how far work with artifacts of its own has come.
   *
   * @param state what the next attempt finds
   * @param items dealt with since the last time
   * @throws RunLostException when the run belongs to another worker
   */
  public void remember(RunHandle run, ObjectNode state, long items) {
    store(run, tx -> new PagedWork.Page(state.deepCopy(), items, false), 0);
  }

  /**
   * Remembers how a run is divided; its slices are done from then on.
   *
   * @throws RunLostException when the run belongs to another worker
   */
  public void planned(RunHandle run, ObjectNode plan) {
    remember(run, SlicedWork.State.of(plan), 0);
  }

  /**
   * Keeps what a slice of a run found, whatever other slices do meanwhile.
   *
   * @throws RunLostException when the run belongs to another worker
   */
  public void keep(RunHandle run, int slice, ObjectNode found) {
    database.statement(
        "keep a slice",
        connection -> {
          RunBookSql.keep(connection, run, Integer.toString(slice), found);
          return null;
        });
  }

  /**
   * What a run remembers, as it is stored: other threads of this server may have written it.
   *
   * @throws RunLostException when the run belongs to another worker
   */
  public SlicedWork.State slices(RunHandle run) {
    reload(run);
    return new SlicedWork.State(run.state());
  }

  private static PagedWork.Page doPage(Tx tx, RunHandle run, PagedWork work) throws SQLException {
    return run.state() == null
        ? new PagedWork.Page(work.begin(tx, run.parameters()), 0, false)
        : work.page(tx, run.parameters(), run.state().deepCopy());
  }

  private long store(RunHandle run, Database.Work<Tx, PagedWork.Page> work, long skipped) {
    PagedWork.Page done =
        database.transaction(
            run.job(),
            tx -> {
              PagedWork.Page page = work.run(tx);
              RunBookSql.behind(tx.connection(), run, page, skipped);
              return page;
            });
    run.moved(done.state(), done.last());
    return done.items();
  }

  private void reload(RunHandle run) {
    JobRun stored =
        database
            .read("look a run up", connection -> RunBookSql.find(connection, run.id()))
            .filter(found -> found.fence() == run.fence())
            .orElseThrow(() -> new RunLostException(run.id()));
    run.moved(stored.work(), stored.pagesDone());
  }

  /** Stores how far work of another kind has come; false when the run is lost. */
  public boolean progress(RunHandle run, long items, long total) {
    return change(
        "note progress",
        "items = ?, total_items = ?, progress_at = now()",
        run.id(),
        run.fence(),
        statement -> {
          statement.setLong(1, items);
          statement.setObject(2, total < 0 ? null : total, Types.BIGINT);
          return 3;
        });
  }

  /**
   * Ends a run with its result.
   *
   * @param build version of this server, for the report
   */
  public boolean succeed(RunHandle run, JobResult result, String build) {
    return end(
        "complete a run",
        "state = 'succeeded', verdict = ?, error = null,"
            + " result = ?::jsonb || jsonb_build_object('started_at', to_char(started_at at time zone 'UTC',"
            + " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'))",
        run,
        statement -> {
          statement.setString(1, result.verdict().name());
          statement.setString(2, Jsons.text((JsonNode) report(result, build)));
          return 3;
        });
  }

  private ObjectNode report(JobResult result, String build) {
    ObjectNode report = result.body().deepCopy();
    return report
        .put("schema_version", 1)
        .put("build", build)
        .put("finished_at", Timestamps.iso(clock.instant()));
  }

  /** Ends a run that failed. */
  public boolean fail(RunHandle run, Throwable cause) {
    String error = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return end(
        "fail a run",
        "state = 'failed', error = ?",
        run,
        statement -> {
          statement.setString(1, error.substring(0, Math.min(error.length(), LONGEST_ERROR)));
          return 2;
        });
  }

  /** Ends a run that an operator stopped; it can be restarted. */
  public boolean stopped(RunHandle run) {
    return end("stop a run", "state = 'stopped'", run, statement -> 1);
  }

  /**
   * Gives a run back that can go on elsewhere.
   *
   * @param clean whether the server ends in order: such an attempt is not counted as barren
   */
  public boolean giveBack(RunHandle run, boolean clean) {
    return release(run.id(), run.fence(), clean, run.trouble());
  }

  /** Puts a run of a server that is gone back into the queue; of several that try, one succeeds. */
  public boolean release(Held run) {
    return release(run.id(), run.fence(), false, null);
  }

  private boolean release(UUID id, long fence, boolean clean, String trouble) {
    return change(
        "give a run back",
        RunBookSql.RELEASE + (clean ? ", barren_attempts = 0" : ""),
        id,
        fence,
        statement -> {
          statement.setString(1, trouble);
          return 2;
        });
  }

  /** Returns what {@code node} holds. */
  public List<Held> heldBy(String node) {
    return database.read(
        "list held runs", connection -> RunBookSql.held(connection, " and node = ?", node, null));
  }

  /** Returns what servers without a living heartbeat hold. */
  public List<Held> orphans(int deadAfterSeconds, String self) {
    return database.read(
        "list orphaned runs",
        connection -> RunBookSql.held(connection, RunBookSql.DEAD, self, deadAfterSeconds));
  }

  /** Forgets runs that ended more than {@code days} ago; returns how many. */
  public long forget(int days) {
    return Purge.run(
        database,
        "forget old runs",
        FORGET_AT_ONCE,
        RunBookSql.FORGET,
        statement -> {
          statement.setInt(1, days);
          statement.setInt(2, FORGET_AT_ONCE);
        });
  }

  private boolean end(String name, String set, RunHandle run, Binding binding) {
    Optional<JobRun> ended =
        database.transaction(
            name,
            tx -> {
              String sql =
                  "update job_runs set "
                      + set
                      + ", ended_at = now() where id = ? and fence = ? and state in ('running', 'stopping') returning "
                      + JobRun.COLUMNS;
              try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
                bindKey(statement, binding.bind(statement), run.id(), run.fence());
                try (ResultSet row = statement.executeQuery()) {
                  return row.next() ? Optional.of(JobRun.read(row)) : Optional.empty();
                }
              }
            });
    ended.ifPresent(metrics::ended);
    return ended.isPresent();
  }

  private boolean change(String name, String set, UUID id, long fence, Binding binding) {
    return database.transaction(
        name,
        tx -> {
          String sql =
              "update job_runs set "
                  + set
                  + " where id = ? and fence = ? and state in ('running', 'stopping')";
          try (PreparedStatement statement = tx.connection().prepareStatement(sql)) {
            bindKey(statement, binding.bind(statement), id, fence);
            return statement.executeUpdate() == 1;
          }
        });
  }

  private static void bindKey(PreparedStatement statement, int from, UUID id, long fence)
      throws SQLException {
    statement.setObject(from, id);
    statement.setLong(from + 1, fence);
  }

  /** Sets the first parameters and returns the number of the next. */
  @FunctionalInterface
  private interface Binding {
    int bind(PreparedStatement statement) throws SQLException;
  }
}
