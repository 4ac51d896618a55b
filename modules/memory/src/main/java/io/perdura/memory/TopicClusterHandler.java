package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import io.perdura.outbox.ClaimedEvent;
import io.perdura.outbox.EventOutcome;
import io.perdura.outbox.OutboxEvent;
import io.perdura.outbox.OutboxHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Finds topics for events (contract, section 10). Events of one scope that arrive together are
 * clustered in one run and share its commit.
 */
@ApplicationScoped
public class TopicClusterHandler implements OutboxHandler {
  private final Settings settings;
  private final Generations generations;
  private final TopicClustering clustering;

  @Inject
  TopicClusterHandler(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this.settings = settings;
    this.generations = generations;
    this.clustering = new TopicClustering(settings, generations, vectorEvents);
  }

  protected TopicClusterHandler() {
    this.settings = null;
    this.generations = null;
    this.clustering = null;
  }

  /** A handler without container, for tests and tools: nobody hears of changed vectors. */
  public static TopicClusterHandler of(Settings settings, Generations generations) {
    return new TopicClusterHandler(settings, generations, VectorEvents.silent());
  }

  @Override
  public String eventType() {
    return OutboxEvent.TOPIC_CLUSTER;
  }

  @Override
  public Prepared prepare(List<ClaimedEvent> events) {
    generations.configuredGeneration();
    return tx -> apply(tx, events);
  }

  private List<EventOutcome> apply(Tx tx, List<ClaimedEvent> events) throws SQLException {
    Map<String, List<ClaimedEvent>> byScope = new TreeMap<>();
    for (ClaimedEvent event : events) {
      if (!ids(event).isEmpty()) {
        byScope.computeIfAbsent(event.scope(), scope -> new ArrayList<>()).add(event);
      }
    }
    TopicClustering.lock(tx, byScope.keySet());
    Map<Long, ObjectNode> summaries = new HashMap<>();
    for (Map.Entry<String, List<ClaimedEvent>> entry : byScope.entrySet()) {
      for (List<ClaimedEvent> run : runs(entry.getValue())) {
        Set<UUID> ids = new LinkedHashSet<>();
        run.forEach(event -> ids.addAll(ids(event)));
        ObjectNode summary = clustering.run(tx, entry.getKey(), ids);
        run.forEach(event -> summaries.put(event.id(), summary));
      }
    }
    return events.stream().map(event -> outcome(summaries.get(event.id()))).toList();
  }

  /** Joins events up to the configured number of nodes; an event is never split. */
  private List<List<ClaimedEvent>> runs(List<ClaimedEvent> events) {
    int limit = settings.get(MemorySettings.TOPIC_CLUSTER_BATCH_SIZE);
    List<List<ClaimedEvent>> runs = new ArrayList<>();
    int size = limit;
    for (ClaimedEvent event : events) {
      int nodes = ids(event).size();
      if (size + nodes > limit) {
        runs.add(new ArrayList<>());
        size = 0;
      }
      runs.getLast().add(event);
      size += nodes;
    }
    return runs;
  }

  private static List<UUID> ids(ClaimedEvent event) {
    List<UUID> ids = new ArrayList<>();
    for (JsonNode id : event.payload().path("event_ids")) {
      UUID uuid = EmbedJob.uuid(id);
      if (uuid != null) {
        ids.add(uuid);
      }
    }
    return ids;
  }

  private static EventOutcome outcome(ObjectNode summary) {
    if (summary == null) {
      return new EventOutcome.Done(
          Jsons.object().put("skipped", true).put("reason", "no_event_ids"));
    }
    ObjectNode merge = Jsons.object();
    merge.set("topic_cluster", summary);
    merge.set("topic_commit_id", summary.get("topic_commit_id"));
    merge.set("topic_commit_hash", summary.get("topic_commit_hash"));
    return new EventOutcome.Done(merge);
  }
}
