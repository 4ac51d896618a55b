package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The statements of one page of the decay, with the run's figures bound. */
final class SalienceRun {
  private static final int BOUND = 10;

  private final Connection connection;
  private final Settings settings;
  private final String scopeKey;
  private final String started;
  private final long startedMs;

  SalienceRun(Connection connection, Settings settings, String scopeKey, ObjectNode state) {
    this.connection = connection;
    this.settings = settings;
    this.scopeKey = scopeKey;
    this.started = state.get("started").textValue();
    this.startedMs = state.get("started_ms").longValue();
  }

  /** A page of nodes: where it ends (null: there are no more), and those that are due. */
  record DuePage(UUID last, int nodes, List<UUID> due) {}

  /** What was, or would be, decayed. */
  record Decayed(
      long nodes,
      double sum,
      double least,
      double most,
      long recent,
      long positive,
      long negative) {}

  /** Returns the next nodes behind {@code after}; those that are due are locked. */
  DuePage due(UUID after, int limit) throws SQLException {
    Sql.planByIndex(connection);
    try (PreparedStatement select = connection.prepareStatement(SalienceSql.DUE_PAGE)) {
      bind(select);
      select.setString(BOUND + 1, scopeKey);
      select.setObject(BOUND + 2, after);
      select.setInt(BOUND + 3, limit);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        List<UUID> due = new ArrayList<>();
        for (Object id : (Object[]) row.getArray(3).getArray()) {
          due.add((UUID) id);
        }
        return new DuePage(row.getObject(1, UUID.class), row.getInt(2), due);
      }
    }
  }

  /** Decays nodes that were locked; {@code commit} null = only tells what would come of it. */
  Decayed decay(List<UUID> ids, UUID commit) throws SQLException {
    String sql = commit == null ? SalienceSql.WOULD_DECAY : SalienceSql.DECAY;
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      bind(update);
      update.setString(BOUND + 1, Sql.array(ids));
      if (commit != null) {
        update.setObject(BOUND + 2, commit);
      }
      try (ResultSet row = update.executeQuery()) {
        row.next();
        return new Decayed(
            row.getLong(1),
            row.getDouble(2),
            row.getDouble(3),
            row.getDouble(4),
            row.getLong(5),
            row.getLong(6),
            row.getLong(7));
      }
    }
  }

  /** Locks up to {@code limit} nodes that are to move. */
  List<UUID> lock(TierMove move, long limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SalienceSql.LOCK_CANDIDATES)) {
      bindMove(select, move, limit);
      select.setString(BOUND + 6, move.from);
      List<UUID> ids = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          ids.add(rows.getObject(1, UUID.class));
        }
      }
      return ids;
    }
  }

  /** Counts up to {@code limit} nodes that would move. */
  long count(TierMove move, long limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SalienceSql.COUNT_CANDIDATES)) {
      bindMove(select, move, limit);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Moves nodes that were locked. */
  void move(TierMove move, List<UUID> ids, UUID commit) throws SQLException {
    Sql.planByIndex(connection);
    try (PreparedStatement update = connection.prepareStatement(SalienceSql.MOVE)) {
      update.setString(1, move.to);
      update.setObject(2, commit);
      update.setLong(3, startedMs);
      update.setString(4, move.to);
      update.setString(5, Sql.array(ids));
      update.executeUpdate();
    }
  }

  private void bindMove(PreparedStatement select, TierMove move, long limit) throws SQLException {
    bind(select);
    select.setString(BOUND + 1, scopeKey);
    select.setString(BOUND + 2, move.from);
    select.setDouble(BOUND + 3, move.below(settings));
    select.setInt(BOUND + 4, move.days(settings));
    select.setLong(BOUND + 5, limit);
  }

  private void bind(PreparedStatement statement) throws SQLException {
    statement.setString(1, started);
    statement.setLong(2, startedMs);
    statement.setDouble(3, 1 - settings.get(LifecycleSettings.MEMORY_SALIENCE_DECAY_FACTOR));
    statement.setBoolean(4, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_DECAY_ENABLED));
    statement.setInt(5, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_RECENT_DAYS));
    statement.setDouble(6, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_RECENT_SCALE));
    statement.setDouble(7, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_FEEDBACK_POS_STRENGTH));
    statement.setDouble(8, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_FEEDBACK_NEG_STRENGTH));
    statement.setDouble(9, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_DECAY_SCALE_MIN));
    statement.setDouble(BOUND, settings.get(LifecycleSettings.MEMORY_ADAPTIVE_DECAY_SCALE_MAX));
  }

  /** The ids of moved nodes, as a commit lists them. */
  static ArrayNode list(ArrayNode target, List<UUID> ids) {
    ids.forEach(id -> target.add(id.toString()));
    return target;
  }
}
