package io.perdura.memory;

import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Reads what is to be summed up in a scope, and stores the summaries. */
final class RollupStore {
  private static final Topic.Owner EVERYBODY = new Topic.Owner("shared", null, null);

  private final Connection connection;
  private final String scopeKey;
  private final String started;
  private final int days;
  private final int leastEvents;
  private final int mostEvents;

  /** What was created after {@code started} is left to the next run. */
  RollupStore(Connection connection, String scopeKey, String started, Settings settings) {
    this.connection = connection;
    this.scopeKey = scopeKey;
    this.started = started;
    this.days = settings.get(LifecycleSettings.MEMORY_COMPRESSION_LOOKBACK_DAYS);
    this.leastEvents = settings.get(LifecycleSettings.MEMORY_COMPRESSION_TOPIC_MIN_EVENTS);
    this.mostEvents = settings.get(LifecycleSettings.MEMORY_COMPRESSION_MAX_EVENTS_PER_TOPIC);
  }

  /** Returns the next topics behind one with {@code events} and {@code id}. */
  List<Rollup.TopicRow> topics(long events, UUID id, long limit) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(RollupSql.TOPICS)) {
      select.setString(1, scopeKey);
      select.setString(2, started);
      select.setInt(3, days);
      select.setString(4, started);
      select.setInt(5, leastEvents);
      select.setString(6, scopeKey);
      select.setLong(7, events);
      select.setLong(8, events);
      select.setObject(9, id);
      select.setLong(10, limit);
      List<Rollup.TopicRow> topics = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          topics.add(
              new Rollup.TopicRow(
                  rows.getObject(1, UUID.class),
                  rows.getString(2),
                  owner(rows, 3),
                  rows.getString(6),
                  rows.getLong(7)));
        }
      }
      return topics;
    }
  }

  private static Topic.Owner owner(ResultSet row, int at) throws SQLException {
    return new Topic.Owner(row.getString(at), row.getString(at + 1), row.getString(at + 2));
  }

  /**
   * Decides who may see the summary of a topic: the one owner of its private events, else
   * everybody, from the shared events alone.
   *
   * @return null when neither leaves enough events
   */
  Topic.Owner owner(Rollup.TopicRow topic) throws SQLException {
    long shared = 0;
    long usable = 0;
    Map<Topic.Owner, Long> owners = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(RollupSql.OWNERS)) {
      bindTopic(select, topic);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Topic.Owner owner = owner(rows, 1);
          if (owner.lane().equals("shared")) {
            shared += rows.getLong(4);
          } else {
            owners.put(owner, rows.getLong(4));
          }
        }
      }
    }
    if (topic.owner().lane().equals("private")) {
      usable = shared + owners.getOrDefault(topic.owner(), 0L);
      return usable >= leastEvents && isOwned(topic.owner()) ? topic.owner() : null;
    }
    if (shared == 0 && owners.size() == 1) {
      Topic.Owner only = owners.keySet().iterator().next();
      return isOwned(only) && owners.get(only) >= leastEvents ? only : null;
    }
    return shared >= leastEvents ? EVERYBODY : null;
  }

  private static boolean isOwned(Topic.Owner owner) {
    return owner.agentId() != null || owner.teamId() != null;
  }

  /** Returns the newest events that whoever sees the summary may see. */
  List<Rollup.Source> sources(Rollup.TopicRow topic, Topic.Owner owner) throws SQLException {
    boolean isPrivate = owner.lane().equals("private");
    try (PreparedStatement select = connection.prepareStatement(RollupSql.SOURCES)) {
      int i = bindTopic(select, topic);
      select.setBoolean(i++, !isPrivate || topic.owner().lane().equals("private"));
      select.setBoolean(i++, isPrivate);
      select.setString(i++, owner.agentId());
      select.setString(i++, owner.teamId());
      select.setInt(i, mostEvents);
      List<Rollup.Source> sources = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          sources.add(
              new Rollup.Source(
                  rows.getObject(1, UUID.class),
                  rows.getString(2),
                  rows.getString(3),
                  rows.getString(4),
                  rows.getString(5),
                  rows.getObject(6, OffsetDateTime.class)));
        }
      }
      return sources;
    }
  }

  private int bindTopic(PreparedStatement select, Rollup.TopicRow topic) throws SQLException {
    select.setObject(1, topic.id());
    select.setString(2, scopeKey);
    select.setString(3, started);
    select.setInt(4, days);
    select.setString(5, started);
    return 6;
  }

  /** Locks and returns those of the summaries that are stored. */
  Map<UUID, Rollup.Known> known(Collection<UUID> ids) throws SQLException {
    Map<UUID, Rollup.Known> known = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(RollupSql.KNOWN)) {
      select.setString(1, Sql.array(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          known.put(
              rows.getObject(1, UUID.class),
              new Rollup.Known(rows.getString(2), rows.getString(3), owner(rows, 4)));
        }
      }
    }
    return known;
  }

  void store(Rollup summary, TopicStore edges, UUID commit, String now) throws SQLException {
    Topic.Owner owner = summary.owner();
    try (PreparedStatement store = connection.prepareStatement(RollupSql.STORE)) {
      store.setObject(1, summary.id());
      store.setString(2, scopeKey);
      store.setString(3, owner.lane());
      store.setString(4, owner.agentId());
      store.setString(5, owner.teamId());
      store.setString(6, summary.title());
      store.setString(7, summary.text());
      store.setString(8, Jsons.text(summary.slots(now)));
      store.setString(9, summary.topic().model());
      store.setObject(10, commit);
      store.executeUpdate();
    }
    try (PreparedStatement copy = connection.prepareStatement(RollupSql.VECTORS)) {
      copy.setObject(1, summary.id());
      copy.setString(2, owner.lane());
      copy.setString(3, owner.agentId());
      copy.setString(4, owner.teamId());
      copy.setObject(5, summary.topic().id());
      copy.executeUpdate();
    }
    edges.storeEdges(summary.edges(scopeKey), commit);
    try (PreparedStatement delete = connection.prepareStatement(RollupSql.FORGET)) {
      delete.setObject(1, summary.id());
      delete.setString(2, Sql.array(summary.sources().stream().map(Rollup.Source::id).toList()));
      delete.executeUpdate();
    }
  }
}
