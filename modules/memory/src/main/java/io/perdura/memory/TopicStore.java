package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;

/** Reads and stores what topic clustering works on, for one scope and one generation. */
final class TopicStore {
  private static final int FETCH_ROWS = 500;
  private static final String DRAFT_SUMMARY = "Auto-clustered candidate topic (draft).";

  private final Connection connection;
  private final String scopeKey;
  private final Generation generation;
  private final VectorColumn column;

  TopicStore(Connection connection, String scopeKey, Generation generation, VectorColumn column) {
    this.connection = connection;
    this.scopeKey = scopeKey;
    this.generation = generation;
    this.column = column;
  }

  /** A topic that is near enough to an event, by what was stored when the run began. */
  record Candidate(int event, UUID topicId) {}

  /** Lets one run at a time into each of the scopes, until the transaction ends. */
  static void lock(Connection connection, Collection<String> scopeKeys) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement(TopicSql.LOCK)) {
      lock.setArray(1, connection.createArrayOf("text", scopeKeys.toArray()));
      lock.execute();
    }
  }

  List<TopicEvent> events(Collection<UUID> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TopicSql.EVENTS)) {
      select.setString(1, Sql.array(ids));
      select.setString(2, scopeKey);
      select.setInt(3, generation.id());
      List<TopicEvent> events = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          events.add(
              new TopicEvent(
                  rows.getObject(1, UUID.class),
                  rows.getString(2),
                  new Topic.Owner(rows.getString(3), rows.getString(4), rows.getString(5)),
                  rows.getString(6),
                  VectorColumn.decode(rows.getBytes(7))));
        }
      }
      return events;
    }
  }

  /** Returns the stored topics whose similarity to an event reaches {@code threshold}. */
  List<Candidate> candidates(List<TopicEvent> events, int perEvent, double threshold)
      throws SQLException {
    return column.isSearchable(connection)
        ? searched(events, perEvent, threshold)
        : compared(events, perEvent, threshold);
  }

  private List<Candidate> searched(List<TopicEvent> events, int perEvent, double threshold)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TopicSql.NEAREST)) {
      int i = 1;
      select.setInt(i++, generation.id());
      select.setString(i++, scopeKey);
      select.setObject(
          i++,
          VectorColumn.flat(
              events.stream().map(TopicEvent::vector).toList(), generation.dimension()));
      select.setInt(i++, generation.dimension());
      select.setInt(i++, generation.dimension());
      select.setArray(i++, texts(events.stream().map(event -> event.owner().lane()).toList()));
      select.setArray(i++, texts(events.stream().map(event -> event.owner().agentId()).toList()));
      select.setArray(i++, texts(events.stream().map(event -> event.owner().teamId()).toList()));
      select.setInt(i++, events.size());
      select.setInt(i++, perEvent);
      select.setDouble(i, threshold);
      List<Candidate> found = new ArrayList<>();
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          found.add(new Candidate(rows.getInt(1), rows.getObject(2, UUID.class)));
        }
      }
      return found;
    }
  }

  private java.sql.Array texts(List<String> values) throws SQLException {
    return connection.createArrayOf("text", values.toArray());
  }

  /** Streams the scope's topics past all events, so that memory does not grow with the scope. */
  private List<Candidate> compared(List<TopicEvent> events, int perEvent, double threshold)
      throws SQLException {
    List<Nearest> nearest = new ArrayList<>();
    events.forEach(event -> nearest.add(new Nearest(perEvent)));
    try (PreparedStatement select = connection.prepareStatement(TopicSql.ALL)) {
      select.setFetchSize(FETCH_ROWS);
      select.setInt(1, generation.id());
      select.setString(2, scopeKey);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          Topic.Owner owner =
              new Topic.Owner(rows.getString(2), rows.getString(3), rows.getString(4));
          float[] vector = VectorColumn.decode(rows.getBytes(5));
          for (int i = 0; i < events.size(); i++) {
            TopicEvent event = events.get(i);
            if (event.owner().mayJoin(owner)) {
              nearest.get(i).offer(id, VectorColumn.cosine(event.vector(), vector), threshold);
            }
          }
        }
      }
    }
    List<Candidate> found = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      for (Nearest.Entry entry : nearest.get(i).entries) {
        found.add(new Candidate(i, entry.topicId()));
      }
    }
    return found;
  }

  /** The few most similar topics of one event. */
  private static final class Nearest {
    private final int limit;
    private final PriorityQueue<Entry> entries =
        new PriorityQueue<>(Comparator.comparingDouble(Entry::similarity));

    private record Entry(UUID topicId, double similarity) {}

    Nearest(int limit) {
      this.limit = limit;
    }

    void offer(UUID topicId, double similarity, double threshold) {
      if (similarity < threshold
          || (entries.size() == limit && similarity <= entries.element().similarity)) {
        return;
      }
      if (entries.size() == limit) {
        entries.remove();
      }
      entries.add(new Entry(topicId, similarity));
    }
  }

  /** Loads and locks topics. */
  Map<UUID, Topic> load(Collection<UUID> ids) throws SQLException {
    Map<UUID, Topic> topics = new LinkedHashMap<>();
    if (ids.isEmpty()) {
      return topics;
    }
    try (PreparedStatement select = connection.prepareStatement(TopicSql.LOAD)) {
      select.setInt(1, generation.id());
      select.setString(2, Sql.array(ids));
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID id = rows.getObject(1, UUID.class);
          topics.put(
              id,
              new Topic(
                  id,
                  new Topic.Owner(rows.getString(2), rows.getString(3), rows.getString(4)),
                  (ObjectNode) Jsons.stored(rows.getString(5)),
                  VectorColumn.decode(rows.getBytes(6)),
                  null));
        }
      }
      return topics;
    }
  }

  /** Stores topics that gained members in the commit. */
  void store(List<Topic> topics, UUID commitId) throws SQLException {
    ArrayNode rows = Jsons.array();
    for (int i = 0; i < topics.size(); i++) {
      Topic topic = topics.get(i);
      ObjectNode row =
          rows.addObject()
              .put("ord", i)
              .put("id", topic.id.toString())
              .put("fresh", topic.isNew())
              .put("lane", topic.owner.lane())
              .put("agent", topic.owner.agentId())
              .put("team", topic.owner.teamId());
      row.set("slots", topic.slots);
      if (topic.isNew()) {
        String model = topic.seed.model();
        row.put("title", topic.seed.seedTitle())
            .put("model", model == null ? "topic_cluster:event_embedding" : model);
      }
    }
    try (PreparedStatement store = connection.prepareStatement(TopicSql.STORE)) {
      int i = 1;
      store.setString(i++, Jsons.text(rows));
      store.setString(i++, scopeKey);
      store.setString(i++, DRAFT_SUMMARY);
      store.setObject(i++, commitId);
      store.setObject(i++, commitId);
      store.setInt(i++, generation.id());
      store.setString(i++, scopeKey);
      store.setObject(
          i++,
          VectorColumn.flat(topics.stream().map(Topic::vector).toList(), generation.dimension()));
      store.setInt(i++, generation.dimension());
      store.setInt(i, generation.dimension());
      store.executeUpdate();
    }
  }

  /** Upserts edges; {@code rows} are objects with id, type, src, dst, weight, confidence, decay. */
  void storeEdges(ArrayNode rows, UUID commitId) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(TopicSql.EDGES)) {
      insert.setString(1, scopeKey);
      insert.setObject(2, commitId);
      insert.setString(3, Jsons.text(rows));
      insert.executeUpdate();
    }
  }

  /** Returns orphan_rate_after and merge_rate_30d. */
  double[] rates() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(TopicSql.QUALITY)) {
      select.setString(1, scopeKey);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new double[] {
          share(row.getLong(2), row.getLong(1)), share(row.getLong(4), row.getLong(3))
        };
      }
    }
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
