package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Finds topics for events that have none, oldest first: those that were written while clustering
 * was switched off, or whose worker gave up. Each page is one run of the clustering that writes and
 * workers use, under the same lock.
 */
@ApplicationScoped
public class TopicClusterJob implements PagedWork {
  /** Nodes that one page looks at; most of them have a topic. */
  private static final int WINDOW = 20_000;

  private static final String DONE = "processed_events";
  private static final String LAST = "last_summary";
  private static final List<String> SUMS = List.of(DONE, "assigned", "created_topics", "promoted");

  private final Settings settings;
  private final Generations generations;
  private final TopicClustering clustering;

  @Inject
  TopicClusterJob(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this.settings = settings;
    this.generations = generations;
    this.clustering = new TopicClustering(settings, generations, vectorEvents);
  }

  /** For the container's proxy. */
  protected TopicClusterJob() {
    this.settings = null;
    this.generations = null;
    this.clustering = null;
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "topic-cluster",
            "Finds topics for events that have a vector and no topic yet.",
            true,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(
                "max-events", 10_000L, 1, 10_000_000, "Events that the run takes at most."),
            JobParameter.flag("dry-run", "only count the events that wait"))
        .where(ScopeParameters.check(settings));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) {
    generations.configuredGeneration();
    return Jsons.object()
        .put("after_time", "-infinity")
        .put("left", parameters.number("max-events"));
  }

  /** Where a page of nodes ended, and the events in it that wait. */
  private record Window(List<UUID> events, String time, String id) {}

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    TopicClustering.lock(tx, List.of(scope.key()));
    int batch = settings.get(MemorySettings.TOPIC_CLUSTER_BATCH_SIZE);
    long wanted = Math.min(batch, JobState.number(state, "left"));
    Window window = waiting(tx, scope, state, wanted);
    if (window.time == null) {
      return new Page(state, 0, true);
    }
    if (parameters.flag("dry-run")) {
      JobState.add(state, "waiting", window.events.size());
    } else if (!window.events.isEmpty()) {
      ObjectNode summary = clustering.run(tx, scope.key(), window.events);
      SUMS.forEach(key -> JobState.add(state, key, summary.get(key).longValue()));
      if (summary.has("quality")) {
        JobState.add(
            state,
            "cohesion_sum",
            summary.at("/quality/cohesion").doubleValue() * summary.get("assigned").longValue());
        JobState.add(state, "commits", 1);
        state.set(LAST, summary);
      }
    }
    state.put("after_time", window.time).put("after", window.id);
    JobState.add(state, "left", -window.events.size());
    return new Page(state, window.events.size(), JobState.number(state, "left") == 0);
  }

  private Window waiting(Tx tx, ScopeKey scope, ObjectNode state, long limit) throws SQLException {
    Sql.planByIndex(tx.connection());
    try (PreparedStatement select = tx.connection().prepareStatement(TopicSql.WAITING)) {
      select.setString(1, scope.key());
      select.setString(2, state.get("after_time").textValue());
      select.setObject(3, JobState.id(state, "after"));
      select.setInt(4, WINDOW);
      select.setInt(5, generations.configured());
      select.setLong(6, limit);
      List<UUID> events = new ArrayList<>();
      String time = null;
      String id = null;
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          UUID event = rows.getObject(1, UUID.class);
          if (event != null || events.size() < limit) {
            time = rows.getString(2);
            id = rows.getString(3);
          }
          if (event != null) {
            events.add(event);
          }
        }
      }
      return new Window(events, time, id);
    }
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    boolean dryRun = parameters.flag("dry-run");
    ObjectNode body = JobState.head(Jsons.object(), scope, dryRun);
    JsonNode last = state.path(LAST);
    body.put("topic_commit_id", last.path("topic_commit_id").textValue())
        .put("topic_commit_hash", last.path("topic_commit_hash").textValue())
        .put("commits", JobState.number(state, "commits"));
    SUMS.forEach(key -> body.put(key, JobState.number(state, key)));
    if (dryRun) {
      body.put("waiting_events", JobState.number(state, "waiting"));
    }
    if (last.has("quality")) {
      for (String key : List.of("strategy_requested", "strategy_executed", "strategy_note")) {
        body.set(key, last.get(key));
      }
      ObjectNode quality = last.get("quality").deepCopy();
      long assigned = JobState.number(state, "assigned");
      Numbers.put(quality, "cohesion", rounded(state.get("cohesion_sum").doubleValue() / assigned));
      Numbers.put(quality, "coverage", rounded((double) assigned / JobState.number(state, DONE)));
      body.set("quality", quality);
    }
    return JobResult.passed(body);
  }

  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
