package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.StableIds;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Assigns events to the nearest topic, or starts a draft topic (contract, section 3.9).
 *
 * <p>One run at a time works on a scope. Events of a run are assigned one after the other, so that
 * similar new events share a new topic. A private event joins shared topics and those of its own
 * owner only.
 */
final class TopicClustering {
  private static final String JOB = "topic_cluster";
  private static final double NEW_TOPIC_WEIGHT = 0.5;

  private final Settings settings;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final VectorColumn column = new VectorColumn();

  TopicClustering(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this.settings = settings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
  }

  /** Lets one run at a time into each scope; needed first when a transaction has several scopes. */
  static void lock(Tx tx, Collection<String> scopeKeys) throws SQLException {
    TopicStore.lock(tx.connection(), scopeKeys);
  }

  /**
   * Clusters those of {@code eventIds} that are eligible, in {@code tx}.
   *
   * @return the contract's summary; without eligible events a short one and no commit
   */
  ObjectNode run(Tx tx, String scopeKey, Collection<UUID> eventIds) throws SQLException {
    Connection connection = tx.connection();
    lock(tx, List.of(scopeKey));
    Sql.planByIndex(connection);
    Generation generation = generations.configuredGeneration();
    TopicStore store = new TopicStore(connection, scopeKey, generation, column);
    List<TopicEvent> events = store.events(new LinkedHashSet<>(eventIds));
    if (events.isEmpty()) {
      return Jsons.object()
          .putNull("topic_commit_id")
          .putNull("topic_commit_hash")
          .put("processed_events", 0)
          .put("assigned", 0)
          .put("created_topics", 0)
          .put("promoted", 0);
    }
    Plan plan = new Plan(scopeKey, store, events);
    JobCommits.Commit commit =
        JobCommits.append(connection, scopeKey, JOB, "job", plan.inputSha(), plan.diff());
    store.store(plan.touched(commit.hash()), commit.id());
    store.storeEdges(plan.edges(), commit.id());
    List<UUID> changed = plan.topics.values().stream().map(topic -> topic.id).toList();
    tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scopeKey, generation.id(), changed)));
    return plan.summary(commit, store.rates());
  }

  /** Who goes where, decided event by event. */
  private final class Plan {
    private final String scopeKey;
    private final String startedAt = Timestamps.iso(Instant.now());
    private final int minEvents = settings.get(MemorySettings.TOPIC_MIN_EVENTS_PER_TOPIC);
    private final double threshold = settings.get(MemorySettings.TOPIC_SIM_THRESHOLD);
    private final List<TopicEvent> events;
    private final Map<UUID, Topic> topics = new LinkedHashMap<>();
    private final List<Assignment> assignments = new ArrayList<>();

    private record Assignment(TopicEvent event, Topic topic, double weight) {}

    Plan(String scopeKey, TopicStore store, List<TopicEvent> events) throws SQLException {
      this.scopeKey = scopeKey;
      this.events = events;
      List<TopicStore.Candidate> candidates =
          store.candidates(
              events, settings.get(MemorySettings.TOPIC_MAX_CANDIDATES_PER_EVENT), threshold);
      Set<UUID> ids = new LinkedHashSet<>();
      candidates.forEach(candidate -> ids.add(candidate.topicId()));
      Map<UUID, Topic> stored = store.load(ids);
      Map<Integer, List<Topic>> near = new HashMap<>();
      for (TopicStore.Candidate candidate : candidates) {
        Topic topic = stored.get(candidate.topicId());
        if (topic != null) {
          near.computeIfAbsent(candidate.event(), key -> new ArrayList<>()).add(topic);
        }
      }
      for (int i = 0; i < events.size(); i++) {
        assign(events.get(i), near.getOrDefault(i, List.of()));
      }
    }

    private void assign(TopicEvent event, List<Topic> near) {
      Topic best = null;
      double bestSimilarity = threshold;
      Set<Topic> choices = new LinkedHashSet<>(near);
      choices.addAll(topics.values());
      for (Topic topic : choices) {
        double similarity =
            event.owner().mayJoin(topic.owner) ? topic.similarity(event.vector()) : -2;
        if (similarity >= bestSimilarity && (best == null || similarity > bestSimilarity)) {
          best = topic;
          bestSimilarity = similarity;
        }
      }
      double weight = best == null ? NEW_TOPIC_WEIGHT : Math.clamp(bestSimilarity, 0.0, 1.0);
      Topic topic = best == null ? start(event) : best;
      topic.add(event.vector(), minEvents, startedAt);
      topics.put(topic.id, topic);
      assignments.add(new Assignment(event, topic, weight));
    }

    private Topic start(TopicEvent event) {
      Topic.Owner owner = event.owner();
      if (owner.lane().equals("private") && owner.agentId() == null && owner.teamId() == null) {
        owner = new Topic.Owner("shared", null, null);
      }
      ObjectNode slots =
          Jsons.object()
              .put("topic_state", minEvents <= 1 ? "active" : "draft")
              .put("member_count", 0)
              .put("seed_event_id", event.id().toString())
              .put("seed_summary", event.seedText())
              .put("created_by", JOB);
      return new Topic(event.topicId(scopeKey), owner, slots, event.vector(), event);
    }

    String inputSha() {
      return Hashes.sha256Hex(
          "job:topic_cluster:" + scopeKey + ":" + startedAt + ":" + events.size());
    }

    ObjectNode diff() {
      ObjectNode diff =
          Jsons.object().put("job", JOB).put("started_at", startedAt).put("scope", scopeKey);
      ArrayNode list = diff.putArray("assignments");
      for (Assignment assignment : assignments) {
        list.addObject()
            .put("event_id", assignment.event.id().toString())
            .put("topic_id", assignment.topic.id.toString())
            .put("created", assignment.topic.isNew())
            .put("weight", round(assignment.weight));
      }
      return diff;
    }

    List<Topic> touched(String commitHash) {
      topics.values().forEach(topic -> topic.slots.put("last_cluster_commit_hash", commitHash));
      return List.copyOf(topics.values());
    }

    ArrayNode edges() {
      ArrayNode rows = Jsons.array();
      for (Assignment assignment : assignments) {
        UUID event = assignment.event.id();
        UUID topic = assignment.topic.id;
        edge(rows, "part_of", event, topic)
            .put("weight", assignment.weight)
            .put("confidence", assignment.weight)
            .put("decay", 0.01);
        edge(rows, "derived_from", topic, event)
            .put("weight", 1.0)
            .put("confidence", 0.8)
            .put("decay", 0.0);
      }
      return rows;
    }

    private ObjectNode edge(ArrayNode rows, String type, UUID src, UUID dst) {
      UUID id = StableIds.uuid(scopeKey + ":edge:topic_cluster:" + type + ":" + src + ":" + dst);
      return rows.addObject()
          .put("id", id.toString())
          .put("type", type)
          .put("src", src.toString())
          .put("dst", dst.toString());
    }

    private int count(Predicate<Topic> condition) {
      return (int) topics.values().stream().filter(condition).count();
    }

    ObjectNode summary(JobCommits.Commit commit, double[] rates) {
      String strategy = settings.get(MemorySettings.TOPIC_CLUSTER_STRATEGY);
      boolean fallback = !strategy.equals("online_knn");
      double cohesion = assignments.stream().mapToDouble(Assignment::weight).average().orElse(0);
      ObjectNode summary =
          Jsons.object()
              .put("topic_commit_id", commit.id().toString())
              .put("topic_commit_hash", commit.hash())
              .put("processed_events", events.size())
              .put("assigned", assignments.size())
              .put("created_topics", count(Topic::isNew))
              .put("promoted", count(Topic::isPromoted))
              .put("strategy_requested", strategy)
              .put("strategy_executed", "online_knn")
              .put(
                  "strategy_note",
                  fallback ? strategy + " is not enabled yet; fallback to online_knn" : null);
      ObjectNode quality = summary.putObject("quality");
      Numbers.put(quality, "cohesion", round(cohesion));
      Numbers.put(quality, "coverage", round((double) assignments.size() / events.size()));
      Numbers.put(quality, "orphan_rate_after", round(rates[0]));
      Numbers.put(quality, "merge_rate_30d", round(rates[1]));
      return summary;
    }
  }

  private static double round(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
