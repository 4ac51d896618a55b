package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.embedding.EmbeddingProvider;
import io.perdura.embedding.Embeddings;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.PagedWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import io.perdura.outbox.Outbox;
import io.perdura.outbox.OutboxEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Sends nodes to be embedded that should have a vector and that nothing will give one (jobs-gates,
 * section 12.11). A node that was sent has a label, so a second run finds it no more.
 */
@ApplicationScoped
public class EmbeddingUntrackedRepair implements PagedWork {
  private static final String NAME = "embedding-untracked-repair";
  private static final String LIMIT = "limit";
  private static final String BATCH = "batch-size";
  private static final String SAMPLE = "sample";
  private static final String MODEL = "model";
  private static final String MIN_AGE = "min-pending-age-seconds";
  private static final String DRY_RUN = "dry-run";

  /** Keys of the state. */
  private static final String SCOPE_KEY = "scope_key";

  private static final String PLANNING = "planning";
  private static final String DONE = "apply";
  private static final String SELECTED = "selected";
  private static final String REMAINING = "remaining_untracked";
  private static final String CREATED = "cursor_created_at";
  private static final String ID = "cursor_id";

  private final Settings settings;
  private final Embeddings embeddings;
  private final Outbox outbox;
  private final Clock clock;
  private final JobDefinition definition;

  @Inject
  EmbeddingUntrackedRepair(Settings settings, Embeddings embeddings, Outbox outbox, Clock clock) {
    this.settings = settings;
    this.embeddings = embeddings;
    this.outbox = outbox;
    this.clock = clock;
    this.definition = define();
  }

  protected EmbeddingUntrackedRepair() {
    this(null, null, null, null);
  }

  /** A repair without container, for tests and tools. */
  public static EmbeddingUntrackedRepair of(
      Settings settings, Embeddings embeddings, Outbox outbox, Clock clock) {
    return new EmbeddingUntrackedRepair(settings, embeddings, outbox, clock);
  }

  private JobDefinition define() {
    return new JobDefinition(
        NAME,
        "Sends nodes to be embedded that should have a vector and that no event will give one.",
        true,
        List.of(
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(LIMIT, 5_000L, 1, 50_000, "Nodes that one run sends at most."),
            JobParameter.number(BATCH, 200L, 1, 2_000, "Nodes of one event of the outbox."),
            JobParameter.number(SAMPLE, 20L, 1, 200, "Nodes that the result names at most."),
            JobParameter.text(MODEL, null, "The label; the provider's own if not given."),
            JobParameter.number(
                MIN_AGE,
                900L,
                0,
                31_536_000,
                "Age below which a pending node is left to its own event."),
            JobParameter.flag(DRY_RUN, "Only says what it would do.")),
        given -> {
          ScopeParameters.check(settings).accept(given);
          if (!given.flag(DRY_RUN) && model(given) == null) {
            throw new IllegalArgumentException(
                "there is no embedding provider: give a model, or configure EMBEDDING_PROVIDER");
          }
        });
  }

  private String model(JobParameters given) {
    return given
        .text(MODEL)
        .orElseGet(() -> embeddings.provider().map(EmbeddingProvider::name).orElse(null));
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    UntrackedStore store = store(tx, scope.key(), parameters);
    ObjectNode planning = store.plan((int) parameters.number(SAMPLE));
    long selected =
        Math.min(planning.path("selectable_total").longValue(), parameters.number(LIMIT));
    long batch = parameters.number(BATCH);
    planning
        .put(SELECTED, selected)
        .put("batch_size", batch)
        .put("estimated_batches", (selected + batch - 1) / batch);
    ObjectNode state =
        Jsons.object()
            .put(SCOPE_KEY, scope.key())
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put(Page.TOTAL, selected);
    state.set(PLANNING, planning);
    state
        .putObject(DONE)
        .put("updated_nodes", 0)
        .put("enqueued_jobs", 0)
        .put("enqueued_nodes", 0)
        .put("duplicate_jobs", 0)
        .put(REMAINING, planning.path("untracked_total").longValue())
        .putNull("commit_id")
        .putNull("commit_hash")
        .put("commits", 0);
    return state;
  }

  private static UntrackedStore store(Tx tx, String scopeKey, JobParameters parameters) {
    return new UntrackedStore(tx.connection(), scopeKey, parameters.number(MIN_AGE));
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    if (parameters.flag(DRY_RUN)) {
      return new Page(state, state.path(Page.TOTAL).longValue(), true);
    }
    String scopeKey = state.path(SCOPE_KEY).textValue();
    UntrackedStore store = store(tx, scopeKey, parameters);
    ObjectNode done = (ObjectNode) state.get(DONE);
    long left = parameters.number(LIMIT) - done.path("updated_nodes").longValue();
    int size = (int) Math.min(parameters.number(BATCH), left);
    List<UntrackedStore.Untracked> nodes =
        store.lock(
            state.path(CREATED).asText("infinity"),
            state.path(ID).asText("ffffffff-ffff-ffff-ffff-ffffffffffff"),
            size);
    if (!nodes.isEmpty()) {
      send(tx, store, parameters, state, nodes);
      UntrackedStore.Untracked end = nodes.getLast();
      state.put(CREATED, end.createdAt()).put(ID, end.id().toString());
    }
    boolean last = nodes.size() < size || left == size;
    if (last) {
      done.put(REMAINING, store.untracked());
    }
    return new Page(state, nodes.size(), last);
  }

  private void send(
      Tx tx,
      UntrackedStore store,
      JobParameters parameters,
      ObjectNode state,
      List<UntrackedStore.Untracked> nodes)
      throws SQLException {
    String scopeKey = state.path(SCOPE_KEY).textValue();
    ObjectNode done = (ObjectNode) state.get(DONE);
    String now = Timestamps.iso(clock.instant());
    String model = model(parameters);
    ObjectNode payload = Jsons.object();
    ArrayNode texts = payload.putArray("nodes");
    List<UUID> ids = new ArrayList<>();
    for (UntrackedStore.Untracked node : nodes) {
      ids.add(node.id());
      texts.addObject().put("id", node.id().toString()).put("text", text(node));
    }
    ObjectNode diff =
        Jsons.object()
            .put("job", NAME)
            .put("started_at", now)
            .put("scope", scopeKey)
            .put("model", model);
    diff.set("node_ids", EmbeddingPlan.ids(ids));
    String input =
        "job:%s:%s:%s:%d:%d"
            .formatted(NAME, scopeKey, now, done.path("commits").intValue(), ids.size());
    JobCommits.Commit commit =
        JobCommits.append(
            tx.connection(),
            scopeKey,
            NAME.replace('-', '_'),
            "job",
            CommitHash.ofInput(input),
            diff);
    store.send(ids, model, commit.id());
    int stored =
        outbox.enqueue(
            tx, List.of(new OutboxEvent(scopeKey, commit.id(), OutboxEvent.EMBED_NODES, payload)));
    add(done, "updated_nodes", ids.size());
    add(done, "enqueued_jobs", stored);
    add(done, "enqueued_nodes", stored == 0 ? 0 : ids.size());
    add(done, "duplicate_jobs", 1 - stored);
    add(done, "commits", 1);
    done.put("commit_id", commit.id().toString()).put("commit_hash", commit.hash());
  }

  private static void add(ObjectNode counts, String key, long more) {
    counts.put(key, counts.path(key).longValue() + more);
  }

  /** What a write would have embedded; an empty title or summary counts as none here. */
  private String text(UntrackedStore.Untracked node) {
    return PreparedNode.embedText(
        node.type(),
        TextRules.trimToNull(node.title()),
        TextRules.trimToNull(node.textSummary()),
        null,
        settings.get(CoreSettings.MAX_TEXT_LEN));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("scope", state.path("scope").textValue())
            .put("tenant_id", state.path("tenant_id").textValue())
            .put("dry_run", parameters.flag(DRY_RUN))
            .put("limit", parameters.number(LIMIT))
            .put("batch_size", parameters.number(BATCH))
            .put("model", model(parameters));
    body.set(PLANNING, state.get(PLANNING));
    body.set(DONE, state.get(DONE));
    return JobResult.passed(body);
  }
}
