package io.perdura.outbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/**
 * Where a transaction leaves the work that its commit owes.
 *
 * <p>An event stored here is handed to its {@link OutboxHandler} until an outcome is stored; it
 * exists exactly when the transaction that stored it committed.
 */
@ApplicationScoped
public class Outbox {
  private final Wakeups wakeups;

  @Inject
  Outbox(Wakeups wakeups) {
    this.wakeups = wakeups;
  }

  protected Outbox() {
    this(null);
  }

  /** An outbox that wakes nobody beyond this object, for tests and tools. */
  public static Outbox detached() {
    return new Outbox(new Wakeups());
  }

  /**
   * Returns the parameter of {@link OutboxSql#INSERT} for {@code events}, in an order that is the
   * same for every writer. {@code []} for none.
   */
  public static String rows(List<OutboxEvent> events) {
    ArrayNode rows = Jsons.array();
    events.stream()
        .map(Outbox::row)
        .sorted(
            Comparator.comparing((ObjectNode row) -> row.get("scope").textValue())
                .thenComparing(row -> row.get("event_type").textValue())
                .thenComparing(row -> row.get("job_key").textValue()))
        .forEach(rows::add);
    return Jsons.text(rows);
  }

  private static ObjectNode row(OutboxEvent event) {
    String payloadSha256 = event.payloadSha256();
    ObjectNode row =
        Jsons.object()
            .put("scope", event.scope())
            .put("commit_id", event.commitId().toString())
            .put("event_type", event.eventType())
            .put("job_key", event.jobKey(payloadSha256))
            .put("payload_sha256", payloadSha256);
    row.set("payload", event.payload());
    return row;
  }

  /**
   * Stores {@code events} in {@code tx} and wakes the workers after its commit.
   *
   * @return how many were new; the others were stored before, with the same job key
   */
  public int enqueue(Tx tx, List<OutboxEvent> events) throws SQLException {
    if (events.isEmpty()) {
      return 0;
    }
    int stored = 0;
    try (PreparedStatement insert = tx.connection().prepareStatement(OutboxSql.INSERT)) {
      insert.setString(1, rows(events));
      try (ResultSet ids = insert.executeQuery()) {
        while (ids.next()) {
          stored++;
        }
      }
    }
    if (stored > 0) {
      tx.afterCommit(this::wakeUp);
    }
    return stored;
  }

  /**
   * Tells this server's workers and, a few milliseconds later, all others that there is work. Cheap
   * and never blocks; call it after the commit. A lost call costs at most one poll interval.
   */
  public void wakeUp() {
    wakeups.committed().raise();
    wakeups.work().raise();
  }
}
