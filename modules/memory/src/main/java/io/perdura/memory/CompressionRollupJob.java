package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sums up the newest events of each active topic in one node that cites them. A summary belongs to
 * whoever owns all of its sources; where owners differ, it is made of what everybody may see.
 */
@ApplicationScoped
public class CompressionRollupJob implements PagedWork {
  private static final String JOB = "compression_rollup";
  private static final int PAGE = 20;

  private final Settings settings;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final int page;

  @Inject
  CompressionRollupJob(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this(settings, generations, vectorEvents, PAGE);
  }

  CompressionRollupJob(
      Settings settings, Generations generations, VectorEvents vectorEvents, int page) {
    this.settings = settings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
    this.page = page;
  }

  /** For the container's proxy. */
  protected CompressionRollupJob() {
    this(null, null, null, PAGE);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "compression-rollup",
            "Sums up the newest events of each active topic in a node that cites them.",
            true,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.flag("dry-run", "only tell what would change"))
        .where(ScopeParameters.check(settings));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    generations.configuredGeneration();
    int most = settings.get(LifecycleSettings.MEMORY_COMPRESSION_MAX_TOPICS_PER_RUN);
    return Jsons.object()
        .put("started", EraseFence.now(tx.connection()).toString())
        .put("left", most)
        .put("events", Long.MAX_VALUE)
        .put(Page.TOTAL, most);
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    Connection connection = tx.connection();
    TopicClustering.lock(tx, List.of(scope.key()));
    String started = state.get("started").textValue();
    RollupStore store = new RollupStore(connection, scope.key(), started, settings);
    long wanted = Math.min(page, JobState.number(state, "left"));
    List<Rollup.TopicRow> topics =
        store.topics(JobState.number(state, "events"), JobState.id(state, "topic"), wanted);
    List<Rollup> changed = plan(store, scope, topics, state);
    if (!changed.isEmpty() && !parameters.flag("dry-run")) {
      store(tx, store, scope, changed, state);
    }
    if (!topics.isEmpty()) {
      Rollup.TopicRow last = topics.getLast();
      state.put("events", last.events()).put("topic", last.id().toString());
    }
    JobState.add(state, "scanned_topics", topics.size());
    JobState.add(state, "left", -topics.size());
    boolean end = topics.size() < wanted || JobState.number(state, "left") == 0;
    return new Page(state, topics.size(), end);
  }

  /** Returns the summaries that differ from what is stored. */
  private List<Rollup> plan(
      RollupStore store, ScopeKey scope, List<Rollup.TopicRow> topics, ObjectNode state)
      throws SQLException {
    Redaction redaction = new Redaction(settings.get(CoreSettings.PII_REDACTION));
    int length = settings.get(LifecycleSettings.MEMORY_COMPRESSION_MAX_TEXT_LEN);
    Map<UUID, Rollup.Known> known =
        store.known(topics.stream().map(topic -> topic.summaryId(scope.key())).toList());
    List<Rollup> changed = new ArrayList<>();
    for (Rollup.TopicRow topic : topics) {
      Topic.Owner owner = store.owner(topic);
      if (owner == null) {
        JobState.add(state, "skipped_mixed_owners", 1);
        continue;
      }
      Rollup summary =
          Rollup.of(scope.key(), topic, owner, store.sources(topic, owner), length, redaction);
      Rollup.Known before = known.get(summary.id());
      if (summary.isSame(before)) {
        JobState.add(state, "unchanged_summaries", 1);
      } else {
        JobState.add(state, before == null ? "created_summaries" : "updated_summaries", 1);
        JobState.add(state, "citations_written", summary.citations());
        changed.add(summary);
      }
    }
    return changed;
  }

  private void store(
      Tx tx, RollupStore store, ScopeKey scope, List<Rollup> changed, ObjectNode state)
      throws SQLException {
    ObjectNode diff = Jsons.object();
    ArrayNode list = diff.putArray("summaries");
    for (Rollup summary : changed) {
      ObjectNode one =
          list.addObject()
              .put("summary_node_id", summary.id().toString())
              .put("topic_id", summary.topic().id().toString())
              .put("memory_lane", summary.owner().lane());
      one.set("source_event_ids", summary.ids());
    }
    Connection connection = tx.connection();
    String started = state.get("started").textValue();
    String figures = changed.size() + ":" + JobState.number(state, "scanned_topics");
    UUID commit = JobState.commit(connection, scope, JOB, started, figures, diff, state).id();
    Generation generation = generations.configuredGeneration();
    TopicStore edges = new TopicStore(connection, scope.key(), generation, new VectorColumn());
    String now = Timestamps.iso(Instant.now());
    for (Rollup summary : changed) {
      store.store(summary, edges, commit, now);
    }
    List<UUID> ids = changed.stream().map(Rollup::id).toList();
    tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scope.key(), generation.id(), ids)));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    ObjectNode body = JobState.head(Jsons.object(), scope, parameters.flag("dry-run"));
    JobState.putCommits(body, state);
    long created = JobState.number(state, "created_summaries");
    long updated = JobState.number(state, "updated_summaries");
    body.put("scanned_topics", JobState.number(state, "scanned_topics"))
        .put("compressed_topics", created + updated)
        .put("created_summaries", created)
        .put("updated_summaries", updated)
        .put("unchanged_summaries", JobState.number(state, "unchanged_summaries"))
        .put("skipped_mixed_owners", JobState.number(state, "skipped_mixed_owners"))
        .put("citations_written", JobState.number(state, "citations_written"));
    return JobResult.passed(body);
  }
}
