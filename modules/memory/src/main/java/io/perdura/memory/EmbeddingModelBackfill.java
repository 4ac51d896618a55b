package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.regex.Pattern;

/**
 * Labels vectors of which nobody knows the model (jobs-gates, section 12.10). An operator who knows
 * it says so; otherwise they are labelled as what they are, unknown, and sent to be embedded anew
 * (D-34). A label that it set is none that it looks for, so a second run finds nothing.
 */
@ApplicationScoped
public class EmbeddingModelBackfill implements PagedWork {
  /** Label of a vector whose model nobody knows, until it is embedded anew. */
  static final String UNKNOWN = "legacy:unknown";

  private static final String NAME = "embedding-model-backfill";

  /** What the consistency check takes for a label. */
  private static final Pattern LABEL = Pattern.compile("client|[a-z0-9][a-z0-9_.-]*:\\S+");

  private static final int PAGE = 500;
  private static final String LIMIT = "limit";
  private static final String MODEL = "model";
  private static final String LABEL_ONLY = "label-only";
  private static final String SAMPLE = "sample";
  private static final String DRY_RUN = "dry-run";

  /** Keys of the state. */
  private static final String SCOPE_KEY = "scope_key";

  private static final String MISSING = "missing";
  private static final String UPDATED = "updated";
  private static final String REMAINING = "remaining";
  private static final String QUEUED = "reembed_nodes";
  private static final String EVENTS = "reembed_events";
  private static final String MUTE = "without_text";
  private static final String COMMITS = "commits";
  private static final String COMMIT_ID = "commit_id";
  private static final String COMMIT_HASH = "commit_hash";
  private static final String CREATED = "cursor_created_at";
  private static final String ID = "cursor_id";

  private final Settings settings;
  private final Embeddings embeddings;
  private final Outbox outbox;
  private final Clock clock;
  private final JobDefinition definition;

  @Inject
  EmbeddingModelBackfill(Settings settings, Embeddings embeddings, Outbox outbox, Clock clock) {
    this.settings = settings;
    this.embeddings = embeddings;
    this.outbox = outbox;
    this.clock = clock;
    this.definition = define(settings, embeddings);
  }

  protected EmbeddingModelBackfill() {
    this(null, null, null, null);
  }

  /** A backfill without container, for tests and tools. */
  public static EmbeddingModelBackfill of(
      Settings settings, Embeddings embeddings, Outbox outbox, Clock clock) {
    return new EmbeddingModelBackfill(settings, embeddings, outbox, clock);
  }

  private static JobDefinition define(Settings settings, Embeddings embeddings) {
    return new JobDefinition(
        NAME,
        "Labels vectors of which nobody knows the model, and has them embedded anew.",
        true,
        List.of(
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(LIMIT, 5_000L, 1, 50_000, "Nodes that one run labels at most."),
            JobParameter.text(
                MODEL,
                null,
                "The model that made these vectors, as provider:model, where you know it; they stay as they are."),
            JobParameter.flag(
                LABEL_ONLY, "Only labels them " + UNKNOWN + " and embeds nothing anew."),
            JobParameter.number(SAMPLE, 20L, 1, 200, "Nodes that the result names at most."),
            JobParameter.flag(DRY_RUN, "Only says what it would do.")),
        given -> check(given, settings, embeddings));
  }

  private static void check(JobParameters given, Settings settings, Embeddings embeddings) {
    ScopeParameters.check(settings).accept(given);
    String model = given.text(MODEL).orElse(null);
    if (model != null && (!LABEL.matcher(model).matches() || model.startsWith("unknown:"))) {
      throw new IllegalArgumentException(
          "model must be client or provider:model in lower case, and not unknown");
    }
    if (model != null && given.flag(LABEL_ONLY)) {
      throw new IllegalArgumentException("label-only is for vectors without a known model");
    }
    if (model == null
        && !given.flag(LABEL_ONLY)
        && !given.flag(DRY_RUN)
        && embeddings.provider().isEmpty()) {
      throw new IllegalArgumentException(
          "there is no embedding provider: give a model, or label-only, or configure EMBEDDING_PROVIDER");
    }
  }

  /** Whether vectors of unknown model can be embedded anew. */
  public boolean canEmbed() {
    return embeddings.provider().isPresent();
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    UnlabelledStore store = new UnlabelledStore(tx.connection(), scope.key());
    long missing = store.count();
    ObjectNode state =
        Jsons.object()
            .put(SCOPE_KEY, scope.key())
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put(MISSING, missing)
            .put(UPDATED, 0)
            .put(REMAINING, missing)
            .put(QUEUED, 0)
            .put(EVENTS, 0)
            .put(MUTE, 0)
            .put(COMMITS, 0)
            .putNull(COMMIT_ID)
            .putNull(COMMIT_HASH)
            .put(Page.TOTAL, Math.min(missing, parameters.number(LIMIT)));
    store.sample(state, SAMPLE, parameters.number(SAMPLE));
    return state;
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    if (parameters.flag(DRY_RUN)) {
      return new Page(state, state.path(Page.TOTAL).longValue(), true);
    }
    String scopeKey = state.path(SCOPE_KEY).textValue();
    UnlabelledStore store = new UnlabelledStore(tx.connection(), scopeKey);
    long left = parameters.number(LIMIT) - state.path(UPDATED).longValue();
    int size = (int) Math.min(PAGE, left);
    List<UnlabelledStore.Unlabelled> nodes =
        store.lock(
            state.path(CREATED).asText("infinity"),
            state.path(ID).asText("ffffffff-ffff-ffff-ffff-ffffffffffff"),
            size);
    if (!nodes.isEmpty()) {
      label(tx, store, parameters, state, nodes);
      UnlabelledStore.Unlabelled end = nodes.getLast();
      state.put(CREATED, end.createdAt()).put(ID, end.id().toString());
    }
    boolean last = nodes.size() < size || left == size;
    if (last) {
      state.put(REMAINING, store.count());
    }
    return new Page(state, nodes.size(), last);
  }

  private void label(
      Tx tx,
      UnlabelledStore store,
      JobParameters parameters,
      ObjectNode state,
      List<UnlabelledStore.Unlabelled> nodes)
      throws SQLException {
    String scopeKey = state.path(SCOPE_KEY).textValue();
    String model = model(parameters);
    String now = Timestamps.iso(clock.instant());
    List<UUID> ids = nodes.stream().map(UnlabelledStore.Unlabelled::id).toList();
    ObjectNode diff =
        Jsons.object()
            .put("job", NAME)
            .put("started_at", now)
            .put("scope", scopeKey)
            .put(MODEL, model);
    diff.set("node_ids", EmbeddingPlan.ids(ids));
    String input =
        "job:%s:%s:%s:%d:%d"
            .formatted(NAME, scopeKey, now, state.path(COMMITS).intValue(), ids.size());
    JobCommits.Commit commit =
        JobCommits.append(
            tx.connection(),
            scopeKey,
            NAME.replace('-', '_'),
            "job",
            CommitHash.ofInput(input),
            diff);
    store.label(ids, model, commit.id());
    if (parameters.text(MODEL).isEmpty() && !parameters.flag(LABEL_ONLY)) {
      embedAnew(tx, state, nodes, commit.id());
    }
    add(state, UPDATED, ids.size());
    add(state, COMMITS, 1);
    state.put(COMMIT_ID, commit.id().toString()).put(COMMIT_HASH, commit.hash());
  }

  private static String model(JobParameters parameters) {
    return parameters.text(MODEL).orElse(UNKNOWN);
  }

  private void embedAnew(
      Tx tx, ObjectNode state, List<UnlabelledStore.Unlabelled> nodes, UUID commitId)
      throws SQLException {
    List<UUID> mute = new ArrayList<>();
    ObjectNode payload = Jsons.object();
    ArrayNode texts = payload.putArray("nodes");
    for (UnlabelledStore.Unlabelled node : nodes) {
      String text = text(node);
      if (text == null) {
        mute.add(node.id());
      } else {
        texts.addObject().put("id", node.id().toString()).put("text", text);
      }
    }
    payload.put("force_reembed", true);
    add(state, MUTE, mute.size());
    if (!texts.isEmpty()) {
      String scopeKey = state.path(SCOPE_KEY).textValue();
      outbox.enqueue(
          tx, List.of(new OutboxEvent(scopeKey, commitId, OutboxEvent.EMBED_NODES, payload)));
      add(state, QUEUED, texts.size());
      add(state, EVENTS, 1);
    }
  }

  /** What a write would have embedded; an empty title or summary counts as none here. */
  private String text(UnlabelledStore.Unlabelled node) {
    return PreparedNode.embedText(
        node.type(),
        TextRules.trimToNull(node.title()),
        TextRules.trimToNull(node.textSummary()),
        null,
        settings.get(CoreSettings.MAX_TEXT_LEN));
  }

  private static void add(ObjectNode counts, String key, long more) {
    counts.put(key, counts.path(key).longValue() + more);
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("dry_run", parameters.flag(DRY_RUN))
            .put("scope", state.path("scope").textValue())
            .put("tenant_id", state.path("tenant_id").textValue())
            .put("limit", parameters.number(LIMIT))
            .put(MODEL, model(parameters));
    for (String key : List.of(MISSING, UPDATED, REMAINING, QUEUED, EVENTS, MUTE, COMMITS)) {
      body.put(key, state.path(key).longValue());
    }
    body.put(COMMIT_ID, state.path(COMMIT_ID).textValue())
        .put(COMMIT_HASH, state.path(COMMIT_HASH).textValue());
    body.set(SAMPLE, state.get(SAMPLE));
    return JobResult.passed(body);
  }
}
