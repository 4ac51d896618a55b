package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ArrayNode;
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
import io.perdura.kernel.Timestamps;
import io.perdura.kernel.Tx;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * Gives private nodes that nobody owns an owner (jobs-gates, section 12.12): who produced them,
 * else a given one, else quarantine, where nobody sees them. They are published only when that is
 * asked for.
 */
abstract class OwnerBackfill implements PagedWork {
  /** Owner of nodes of which nobody knows whose they are. */
  static final String QUARANTINE = "perdura:quarantine";

  private static final int PAGE = 500;
  private static final String LIMIT = "limit";
  private static final String SAMPLE = "sample";
  private static final String AGENT = "default-owner-agent";
  private static final String TEAM = "default-owner-team";
  private static final String SHARE = "shared-fallback";
  private static final String NOT_SHARE = "no-shared-fallback";
  private static final String DRY_RUN = "dry-run";

  /** Also the keys of the state. */
  private static final String PLANNED = "planned";

  private static final String UPDATED = "updated";
  private static final String MATCHED = "matched";
  private static final String BY_TYPE = "updated_by_type";
  private static final String REMAINING = "remaining_unfixed_by_type";
  private static final String CREATED = "cursor_created_at";
  private static final String ID = "cursor_id";

  private final Settings settings;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final Clock clock;
  private final JobDefinition definition;

  /** What becomes of a node. */
  enum Action {
    SET_OWNER,
    MOVE_SHARED,
    QUARANTINE,
    UNRESOLVED
  }

  /** A node, and what becomes of it: the plan and the change are this one decision (D-32). */
  record Change(UUID id, String type, String producer, Action action, String agent, String team) {}

  OwnerBackfill(
      String name,
      String purpose,
      Settings settings,
      Generations generations,
      VectorEvents vectorEvents,
      Clock clock) {
    this.settings = settings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
    this.clock = clock;
    this.definition = definition(name, purpose, settings);
  }

  /** Whether only rules are looked at. */
  abstract boolean rulesOnly();

  private static JobDefinition definition(String name, String purpose, Settings settings) {
    return new JobDefinition(
        name,
        purpose,
        true,
        List.of(
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.number(LIMIT, 5_000L, 1, 50_000, "Nodes that one run changes at most."),
            JobParameter.number(SAMPLE, 20L, 1, 200, "Nodes that the result names at most."),
            JobParameter.text(AGENT, null, "Owner agent of a node that names no producer."),
            JobParameter.text(TEAM, null, "Owner team of a node for which there is no agent."),
            JobParameter.flag(
                SHARE, "Publishes what is left to everyone, in place of the quarantine."),
            JobParameter.flag(
                NOT_SHARE, "Leaves what is left as it is, in place of the quarantine."),
            JobParameter.flag(DRY_RUN, "Only says what it would do.")),
        given -> {
          if (given.flag(SHARE) && given.flag(NOT_SHARE)) {
            throw new IllegalArgumentException(
                SHARE + " and " + NOT_SHARE + " contradict each other");
          }
          ScopeParameters.check(settings).accept(given);
        });
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    OwnerStore store = new OwnerStore(tx.connection(), scope.key(), rulesOnly());
    long unowned = store.unownedByType().values().stream().mapToLong(Long::longValue).sum();
    ObjectNode state =
        Jsons.object()
            .put("scope_key", scope.key())
            .put("scope", scope.scope())
            .put("tenant_id", scope.tenant().value())
            .put(Page.TOTAL, Math.min(unowned, parameters.number(LIMIT)))
            .put("commits", 0);
    ObjectNode planned = state.putObject(PLANNED).put(MATCHED, 0);
    ObjectNode updated = state.putObject(UPDATED);
    for (Action action : Action.values()) {
      planned.put(action.name(), 0);
      updated.put(action.name(), 0);
    }
    state.putObject(BY_TYPE);
    state.putArray(SAMPLE);
    state.putNull("commit_id").putNull("commit_hash");
    return state;
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    OwnerStore store =
        new OwnerStore(tx.connection(), state.path("scope_key").textValue(), rulesOnly());
    ObjectNode planned = (ObjectNode) state.get(PLANNED);
    long left = parameters.number(LIMIT) - planned.path(MATCHED).longValue();
    OwnerStore.Cursor cursor =
        new OwnerStore.Cursor(
            state.path(CREATED).asText("infinity"),
            state.path(ID).asText("ffffffff-ffff-ffff-ffff-ffffffffffff"));
    int size = (int) Math.min(PAGE, left);
    OwnerStore.Found found = store.lock(cursor, size);
    List<Change> changes = new ArrayList<>();
    for (OwnerStore.Unowned node : found.nodes()) {
      changes.add(decide(node, parameters));
    }
    boolean dryRun = parameters.flag(DRY_RUN);
    tell(changes, parameters, state);
    List<Change> due = changes.stream().filter(c -> c.action != Action.UNRESOLVED).toList();
    if (!dryRun && !due.isEmpty()) {
      apply(tx, store, parameters, state, due);
    }
    if (!found.nodes().isEmpty()) {
      state.put(CREATED, found.last().createdAt()).put(ID, found.last().id());
    }
    boolean last = found.nodes().size() < size || left == size;
    if (last) {
      ObjectNode remaining = state.putObject(REMAINING);
      store.unownedByType().forEach(remaining::put);
    }
    return new Page(state, changes.size(), last);
  }

  private static Change decide(OwnerStore.Unowned node, JobParameters parameters) {
    boolean produced = node.producer() != null && !node.producer().isBlank();
    String agent = produced ? node.producer() : parameters.text(AGENT).orElse(null);
    String team = agent == null ? parameters.text(TEAM).orElse(null) : null;
    Action action = Action.SET_OWNER;
    if (agent == null && team == null) {
      action =
          parameters.flag(SHARE)
              ? Action.MOVE_SHARED
              : parameters.flag(NOT_SHARE) ? Action.UNRESOLVED : Action.QUARANTINE;
    }
    return new Change(
        node.id(),
        node.type(),
        node.producer(),
        action,
        action == Action.QUARANTINE ? QUARANTINE : agent,
        team);
  }

  private void tell(List<Change> changes, JobParameters parameters, ObjectNode state) {
    ObjectNode planned = (ObjectNode) state.get(PLANNED);
    ArrayNode sample = (ArrayNode) state.get(SAMPLE);
    planned.put(MATCHED, planned.path(MATCHED).longValue() + changes.size());
    for (Change change : changes) {
      increase(planned, change.action.name());
      if (sample.size() < parameters.number(SAMPLE)) {
        ObjectNode row = sample.addObject().put("id", change.id.toString());
        if (!rulesOnly()) {
          row.put("type", change.type);
        }
        row.put("producer_agent_id", change.producer)
            .put("action", change.action.name().toLowerCase(Locale.ROOT))
            .put("candidate_owner_agent", change.agent)
            .put("candidate_owner_team", change.team);
      }
    }
  }

  private static void increase(ObjectNode counts, String key) {
    counts.put(key, counts.path(key).longValue() + 1);
  }

  private void apply(
      Tx tx, OwnerStore store, JobParameters parameters, ObjectNode state, List<Change> due)
      throws SQLException {
    String scopeKey = state.path("scope_key").textValue();
    String now = Timestamps.iso(clock.instant());
    ObjectNode diff =
        Jsons.object().put("job", definition.name()).put("started_at", now).put("scope", scopeKey);
    ObjectNode given = diff.putObject("params");
    parameters.values().forEach(given::put);
    ArrayNode nodes = diff.putArray("nodes");
    ObjectNode updated = (ObjectNode) state.get(UPDATED);
    List<UUID> ids = new ArrayList<>();
    for (Change change : due) {
      ids.add(change.id);
      nodes
          .addObject()
          .put("id", change.id.toString())
          .put("action", change.action.name().toLowerCase(Locale.ROOT));
      increase(updated, change.action.name());
      increase((ObjectNode) state.get(BY_TYPE), change.type);
    }
    String input =
        "job:%s:%s:%s:%d:%d"
            .formatted(
                definition.name(), scopeKey, now, state.path("commits").intValue(), due.size());
    JobCommits.Commit commit =
        JobCommits.append(
            tx.connection(),
            scopeKey,
            definition.name().replace('-', '_'),
            "job",
            CommitHash.ofInput(input),
            diff);
    store.change(due, commit.id(), definition.name(), now);
    state
        .put("commits", state.path("commits").intValue() + 1)
        .put("commit_id", commit.id().toString())
        .put("commit_hash", commit.hash());
    int generationId = generations.configured();
    tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scopeKey, generationId, ids)));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ObjectNode planned = (ObjectNode) state.get(PLANNED);
    ObjectNode updated = (ObjectNode) state.get(UPDATED);
    long changed = 0;
    for (Action action : Action.values()) {
      changed += updated.path(action.name()).longValue();
    }
    ObjectNode remaining = (ObjectNode) state.get(REMAINING);
    long unfixed = 0;
    for (var type : remaining.properties()) {
      unfixed += type.getValue().longValue();
    }
    ObjectNode body =
        Jsons.object()
            .put("ok", true)
            .put("dry_run", parameters.flag(DRY_RUN))
            .put("scope", state.path("scope").textValue())
            .put("tenant_id", state.path("tenant_id").textValue())
            .put("limit", parameters.number(LIMIT))
            .put("shared_fallback", parameters.flag(SHARE))
            .put("quarantine_owner", QUARANTINE)
            .put("default_owner_agent", parameters.text(AGENT).orElse(null))
            .put("default_owner_team", parameters.text(TEAM).orElse(null));
    body.putObject("planned")
        .put("matched", planned.path(MATCHED).longValue())
        .put("will_set_owner", planned.path(Action.SET_OWNER.name()).longValue())
        .put("will_move_shared", planned.path(Action.MOVE_SHARED.name()).longValue())
        .put("will_quarantine", planned.path(Action.QUARANTINE.name()).longValue())
        .put("unresolved", planned.path(Action.UNRESOLVED.name()).longValue());
    body.put("updated", changed)
        .put("updated_set_owner", updated.path(Action.SET_OWNER.name()).longValue())
        .put("updated_moved_shared", updated.path(Action.MOVE_SHARED.name()).longValue())
        .put("updated_quarantined", updated.path(Action.QUARANTINE.name()).longValue());
    if (!rulesOnly()) {
      body.set("updated_by_type", state.get(BY_TYPE));
      body.set("remaining_unfixed_by_type", remaining);
    }
    body.put("unresolved_after_limit_window", planned.path(Action.UNRESOLVED.name()).longValue())
        .put("remaining_unfixed", unfixed)
        .put("commit_id", state.path("commit_id").textValue())
        .put("commit_hash", state.path("commit_hash").textValue())
        .put("commits", state.path("commits").intValue());
    body.set("sample", state.get(SAMPLE));
    return JobResult.passed(body);
  }
}
