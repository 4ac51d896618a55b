package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads and writes the ledger of erasures. Rows are never deleted. */
final class ErasureLedger {
  private static final String COLUMNS = "id, kind, tenant_id, scope, target, requested_at";

  /** An erasure of the same target that was interrupted goes on, with its own point in time. */
  private static final String OPEN =
      "select "
          + COLUMNS
          + " from erasure_ledger where tenant_id = ? and kind = ? and scope is not distinct from ?"
          + " and target = ? and completed_at is null order by id limit 1";

  private static final String IS_OPEN =
      "select completed_at is null and actor = ? from erasure_ledger where id = ?";

  private static final String INSERT =
      "insert into erasure_ledger (tenant_id, scope, kind, target, actor, reason) values (?, ?, ?, ?, ?, ?) returning "
          + COLUMNS;

  private static final String LATEST =
      "select "
          + COLUMNS
          + " from erasure_ledger where tenant_id = ? and kind = ? and scope is not distinct from ?"
          + " and target = ? order by id desc limit 1";

  private static final String LIST =
      "select " + COLUMNS + " from erasure_ledger where completed_at is null or ? order by id";

  private static final String ADD =
      """
      update erasure_ledger l set removed = l.removed || (
        select coalesce(jsonb_object_agg(a.key, coalesce((l.removed->>a.key)::bigint, 0) + a.value::bigint), '{}')
        from jsonb_each_text(?::jsonb) a)
      where l.id = ?
      """;

  private static final String COMPLETE =
      """
      update erasure_ledger set completed_at = coalesce(completed_at, now()), fence = null, fenced_at = null,
        progress = null
      where id = ?
      returning removed::text
      """;

  private static final String REMOVED = "select removed::text from erasure_ledger where id = ?";

  private static final String PROGRESS = "select progress from erasure_ledger where id = ?";

  private static final String ADVANCE = "update erasure_ledger set progress = ? where id = ?";

  private static final String MOVE =
      "update erasure_ledger set requested_at = ? where id = ? and completed_at is null";

  private static final String EXPORT =
      """
      select jsonb_build_object('tenant_id', tenant_id, 'scope', scope, 'kind', kind, 'target', target, 'actor', actor,
        'reason', reason, 'removed', removed, 'requested_at', requested_at, 'completed_at', completed_at)::text
      from erasure_ledger order by id
      """;

  private static final String IMPORT =
      """
      insert into erasure_ledger (tenant_id, scope, kind, target, actor, reason, removed, requested_at)
      select e.tenant_id, e.scope, e.kind, e.target, e.actor, e.reason, '{}', e.requested_at
      from jsonb_to_recordset(?::jsonb) as e(
        tenant_id text, scope text, kind text, target text, actor text, reason text, requested_at timestamptz)
      where not exists (select from erasure_ledger l where l.tenant_id = e.tenant_id and l.kind = e.kind
        and l.target = e.target and l.scope is not distinct from e.scope and l.requested_at = e.requested_at)
      order by e.requested_at
      """;

  private final Connection connection;

  ErasureLedger(Connection connection) {
    this.connection = connection;
  }

  /** Returns the open entry for the request's target, or makes one, which is fresh then. */
  Erasure open(EraseRequest request) throws SQLException {
    Optional<Erasure> open = find(OPEN, request);
    if (open.isPresent()) {
      return open.get();
    }
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, request.tenant.value());
      insert.setString(2, scope(request));
      insert.setString(3, request.kind.label());
      insert.setString(4, request.target);
      insert.setString(5, request.actor);
      insert.setString(6, request.reason);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return read(row).asFresh();
      }
    }
  }

  /** Returns the newest entry for the request's target. */
  Optional<Erasure> latest(EraseRequest request) throws SQLException {
    return find(LATEST, request);
  }

  /** Tells whether an erasure that {@code actor} asked for was interrupted. */
  boolean isOpen(Erasure erasure, String actor) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(IS_OPEN)) {
      select.setString(1, actor);
      select.setLong(2, erasure.id());
      try (ResultSet row = select.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private Optional<Erasure> find(String sql, EraseRequest request) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, request.tenant.value());
      select.setString(2, request.kind.label());
      select.setString(3, scope(request));
      select.setString(4, request.target);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(read(row)) : Optional.empty();
      }
    }
  }

  /** Returns entries in the order in which they were made; {@code all}: finished ones too. */
  List<Erasure> list(boolean all) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(LIST)) {
      select.setBoolean(1, all);
      List<Erasure> erasures = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          erasures.add(read(rows));
        }
      }
      return erasures;
    }
  }

  /** Adds what a step removed, in the step's own transaction. */
  void add(Erasure erasure, Removed removed) throws SQLException {
    if (removed.isEmpty()) {
      return;
    }
    try (PreparedStatement update = connection.prepareStatement(ADD)) {
      update.setString(1, Jsons.text(removed.toJson()));
      update.setLong(2, erasure.id());
      update.executeUpdate();
    }
  }

  /** Returns where an interrupted run goes on; null = at the beginning. */
  String progress(Erasure erasure) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(PROGRESS)) {
      select.setLong(1, erasure.id());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? row.getString(1) : null;
      }
    }
  }

  void advance(Erasure erasure, String progress) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(ADVANCE)) {
      update.setString(1, progress);
      update.setLong(2, erasure.id());
      update.executeUpdate();
    }
  }

  /** Erases what was created up to {@code time}; for an erasure that has not removed anything. */
  Erasure moveTo(Erasure erasure, OffsetDateTime time) throws SQLException {
    try (PreparedStatement update = connection.prepareStatement(MOVE)) {
      update.setObject(1, time);
      update.setLong(2, erasure.id());
      update.executeUpdate();
    }
    return erasure.at(time);
  }

  /** Marks the erasure as done and returns everything it removed. */
  ObjectNode complete(Erasure erasure) throws SQLException {
    return removed(COMPLETE, erasure);
  }

  /** Returns what the erasure removed so far. */
  ObjectNode removed(Erasure erasure) throws SQLException {
    return removed(REMOVED, erasure);
  }

  private ObjectNode removed(String sql, Erasure erasure) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, erasure.id());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return (ObjectNode) Jsons.stored(row.getString(1));
      }
    }
  }

  ArrayNode export() throws SQLException {
    ArrayNode entries = Jsons.array();
    try (PreparedStatement select = connection.prepareStatement(EXPORT);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        entries.add(Jsons.stored(rows.getString(1)));
      }
    }
    return entries;
  }

  /** Adds entries of an exported ledger that this database does not have. */
  int restore(JsonNode entries) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(IMPORT)) {
      insert.setString(1, Jsons.text(entries));
      return insert.executeUpdate();
    }
  }

  private static String scope(EraseRequest request) {
    return request.scope == null ? null : request.scope.scope();
  }

  private static Erasure read(ResultSet row) throws SQLException {
    return new Erasure(
        row.getLong(1),
        EraseRequest.Kind.of(row.getString(2)),
        new TenantId(row.getString(3)),
        row.getString(4),
        row.getString(5),
        row.getObject(6, OffsetDateTime.class),
        false);
  }
}
