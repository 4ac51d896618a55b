package io.perdura.kernel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The audit row that the call of this thread owes: the first transaction that the call commits
 * takes the row along, so that there is no write without its row and no row without its write (ADR
 * 18).
 *
 * <p>{@link Database} does this for every transaction. A statement that is its own transaction
 * carries the row itself: see {@link #due()}. A call that commits nothing writes its row elsewhere.
 */
public final class CallRecord {
  private static final ThreadLocal<CallRecord> CURRENT = new ThreadLocal<>();

  /** Writes a row: chain, entry, personal part. */
  public static final String INSERT =
      "insert into audit_inbox (chain, entry, personal) values (?, ?, ?)";

  /** The recent end of a chain: a commit in doubt is seconds old. */
  private static final String INSERT_IF_MISSING =
      """
      insert into audit_inbox (chain, entry, personal) select ?, ?, ?
       where not exists (select from audit_inbox i where starts_with(i.entry, ?))
         and not exists (
           select from (select entry from audit_chain where chain = ? order by seq desc limit 10000) c
            where starts_with(c.entry, ?))
      """;

  private final Source source;
  private final List<String> changes = new ArrayList<>();
  private boolean running;
  private boolean carried;
  private boolean committed;
  private boolean inDoubt;

  private CallRecord(Source source) {
    this.source = source;
  }

  /** Says that what this thread does is the work of a call that may write. */
  public static CallRecord open(Source source) {
    CallRecord record = new CallRecord(source);
    CURRENT.set(record);
    return record;
  }

  /** Ends the call; close it in the same thread. */
  public static void close() {
    CURRENT.remove();
  }

  /** Returns the record of this thread's call while its row is owed, null when there is none. */
  public static CallRecord due() {
    CallRecord record = CURRENT.get();
    return record == null || record.committed ? null : record;
  }

  /**
   * Adds a change of the control plane, as {@link VouchedChange#text}, that the row shall vouch
   * for.
   */
  public static void change(String change) {
    CallRecord record = due();
    if (record != null) {
      record.changes.add(change);
    }
  }

  /** True once a committed transaction holds the row. */
  public boolean isCommitted() {
    return committed;
  }

  /**
   * Returns the row for a statement to carry; null when the running transaction has it already, or
   * when it has to be looked for first.
   */
  public AuditRow toCarry(String commitId) {
    return carried || inDoubt ? null : row(commitId);
  }

  /** True when an earlier attempt may have committed the row. */
  public boolean isInDoubt() {
    return inDoubt;
  }

  /** Says that the running transaction holds the row. */
  public void carried() {
    carried = true;
  }

  /** Writes the row into a running transaction, unless that has it already. */
  public void append(Connection connection) throws SQLException {
    if (carried) {
      return;
    }
    AuditRow row = row(LogContext.get(LogContext.COMMIT_ID));
    try (PreparedStatement insert =
        connection.prepareStatement(inDoubt ? INSERT_IF_MISSING : INSERT)) {
      insert.setString(1, row.chain());
      insert.setString(2, row.entry());
      insert.setString(3, row.personal());
      if (inDoubt) {
        insert.setString(4, row.key());
        insert.setString(5, row.chain());
        insert.setString(6, row.key());
      }
      insert.executeUpdate();
    }
    carried = true;
  }

  /** Begins an attempt; false inside another one, whose transaction is to carry the row. */
  boolean begin() {
    if (running) {
      return false;
    }
    running = true;
    carried = false;
    changes.clear();
    return true;
  }

  void end(boolean success) {
    running = false;
    committed = success && carried;
  }

  void doubt() {
    inDoubt = true;
  }

  private AuditRow row(String commitId) {
    return source.row(commitId, List.copyOf(changes));
  }

  /** Makes the row of a call that succeeds; the key is the same each time. */
  @FunctionalInterface
  public interface Source {
    /**
     * @param commitId the commit that the call makes, null when none
     * @param changes what {@link #change} added
     */
    AuditRow row(String commitId, List<String> changes);
  }
}
