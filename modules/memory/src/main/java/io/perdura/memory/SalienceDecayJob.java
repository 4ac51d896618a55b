package io.perdura.memory;

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
import java.util.List;
import java.util.UUID;

/**
 * Lets memory that nobody uses fade, and moves what has faded one tier down.
 *
 * <p>First every node loses salience for the time since it last did, whoever ran the job how often.
 * Then nodes move, the least needed first, as far as the scope's allowance for 24 hours goes; a
 * node moves at most once a run. Writers are not in the way: a page locks its nodes in the order of
 * their ids and appends its commit after that, as every maintenance call does.
 */
@ApplicationScoped
public class SalienceDecayJob implements PagedWork {
  private static final String JOB = "salience_decay";
  private static final int PAGE = 2_000;
  private static final String DECAY = "decay";
  private static final String PHASE = "phase";
  private static final String AFTER = "after";
  private static final String REMAINING = "remaining_budget";
  private static final String LEAST = "adaptive_decay_scale_min";
  private static final String MOST = "adaptive_decay_scale_max";

  private final Settings settings;
  private final Generations generations;
  private final VectorEvents vectorEvents;
  private final int page;

  @Inject
  SalienceDecayJob(Settings settings, Generations generations, VectorEvents vectorEvents) {
    this(settings, generations, vectorEvents, PAGE);
  }

  SalienceDecayJob(
      Settings settings, Generations generations, VectorEvents vectorEvents, int page) {
    this.settings = settings;
    this.generations = generations;
    this.vectorEvents = vectorEvents;
    this.page = page;
  }

  /** For the container's proxy. */
  protected SalienceDecayJob() {
    this(null, null, null, PAGE);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "salience-decay",
            "Lets unused memory fade and moves what has faded one tier down.",
            true,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.flag("dry-run", "only tell what would change"))
        .where(ScopeParameters.check(settings));
  }

  @Override
  public ObjectNode begin(Tx tx, JobParameters parameters) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    generations.configuredGeneration();
    ObjectNode state = Jsons.object().put(PHASE, DECAY);
    try (PreparedStatement select = tx.connection().prepareStatement(SalienceSql.BEGIN)) {
      select.setString(1, scope.key());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        long mutable = row.getLong(3);
        long used = row.getLong(4);
        double ratio = settings.get(LifecycleSettings.MEMORY_TIER_MAX_DAILY_MUTATION_RATIO);
        long allowance = Math.max(1, (long) Math.floor(mutable * ratio));
        long remaining = Math.max(0, allowance - used);
        return state
            .put("started", row.getString(1))
            .put("started_ms", row.getLong(2))
            .put("total_mutable", mutable)
            .put("used_today", used)
            .put("max_daily_mutations", allowance)
            .put("initial_remaining_budget", remaining)
            .put(REMAINING, remaining)
            .put("hot_before", row.getLong(5))
            .put("active_before", row.getLong(5) + row.getLong(6))
            .put("mutable_hot", row.getLong(7))
            .put("mutable_warm", row.getLong(8))
            .put(Page.TOTAL, row.getLong(9));
      }
    }
  }

  @Override
  public Page page(Tx tx, JobParameters parameters, ObjectNode state) throws SQLException {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    boolean dryRun = parameters.flag("dry-run");
    SalienceRun run = new SalienceRun(tx.connection(), settings, scope.key(), state);
    String phase = state.get(PHASE).textValue();
    long items =
        phase.equals(DECAY)
            ? decay(tx, run, scope, dryRun, state)
            : move(tx, run, scope, dryRun, TierMove.valueOf(phase), state);
    boolean last = state.get(PHASE).isNull();
    if (last) {
      putTiers(tx, scope, state);
    }
    return new Page(state, items, last);
  }

  private long decay(Tx tx, SalienceRun run, ScopeKey scope, boolean dryRun, ObjectNode state)
      throws SQLException {
    SalienceRun.DuePage found = run.due(JobState.id(state, AFTER), page);
    List<UUID> due = found.due();
    if (!due.isEmpty()) {
      UUID commit = null;
      if (!dryRun) {
        ObjectNode diff = Jsons.object().put("phase", DECAY).put("updated_salience", due.size());
        commit = commit(tx, scope, state, "decay:" + due.size(), diff);
      }
      count(state, run.decay(due, commit));
    }
    if (found.nodes() < page) {
      state.remove(AFTER);
      next(state, TierMove.HOT_TO_WARM);
    } else {
      state.put(AFTER, found.last().toString());
    }
    return found.nodes();
  }

  private static void count(ObjectNode state, SalienceRun.Decayed decayed) {
    boolean first = JobState.number(state, "updated_salience") == 0;
    double least =
        first ? decayed.least() : Math.min(state.get(LEAST).doubleValue(), decayed.least());
    double most = first ? decayed.most() : Math.max(state.get(MOST).doubleValue(), decayed.most());
    state.put(LEAST, least).put(MOST, most);
    JobState.add(state, "updated_salience", decayed.nodes());
    JobState.add(state, "scale_sum", decayed.sum());
    JobState.add(state, "adaptive_recent_nodes", decayed.recent());
    JobState.add(state, "adaptive_positive_feedback_nodes", decayed.positive());
    JobState.add(state, "adaptive_negative_feedback_nodes", decayed.negative());
  }

  private long move(
      Tx tx, SalienceRun run, ScopeKey scope, boolean dryRun, TierMove move, ObjectNode state)
      throws SQLException {
    long wanted = JobState.number(state, REMAINING);
    if (move.isBudget()) {
      wanted = Math.min(wanted, overflow(tx, scope, dryRun, move, state));
    }
    long limit = dryRun ? wanted : Math.min(wanted, page);
    long moved = 0;
    if (limit > 0 && dryRun) {
      moved = move.isBudget() ? Math.min(limit, unmoved(move, state)) : run.count(move, limit);
    } else if (limit > 0) {
      List<UUID> ids = run.lock(move, limit);
      moved = ids.size();
      if (moved > 0) {
        ObjectNode diff = Jsons.object().put("phase", move.key());
        diff.put("from", move.from).put("to", move.to);
        SalienceRun.list(diff.putArray("moved_ids"), ids);
        UUID commit = commit(tx, scope, state, move.key() + ":" + moved, diff);
        run.move(move, ids, commit);
        int generation = generations.configured();
        tx.afterCommit(() -> vectorEvents.fire(new VectorsChanged(scope.key(), generation, ids)));
      }
    }
    JobState.add(state, move.key(), moved);
    JobState.add(state, REMAINING, -moved);
    if (moved < limit || limit == wanted) {
      List<TierMove> moves = List.of(TierMove.values());
      int following = moves.indexOf(move) + 1;
      next(state, following < moves.size() ? moves.get(following) : null);
    }
    return 0;
  }

  /** Goes on with a move, or ends: without budgets after the moves of those that faded. */
  private void next(ObjectNode state, TierMove move) {
    boolean over =
        move == null
            || (move.isBudget() && !budgetsEnabled())
            || JobState.number(state, REMAINING) == 0;
    state.put(PHASE, over ? null : move.name());
  }

  private boolean budgetsEnabled() {
    return hotBudget() > 0 || activeBudget() > 0;
  }

  private int hotBudget() {
    return settings.get(LifecycleSettings.MEMORY_SCOPE_HOT_NODE_BUDGET);
  }

  private int activeBudget() {
    return settings.get(LifecycleSettings.MEMORY_SCOPE_ACTIVE_NODE_BUDGET);
  }

  /** By how many nodes the scope is over the budget that the move is made for. */
  private long overflow(Tx tx, ScopeKey scope, boolean dryRun, TierMove move, ObjectNode state)
      throws SQLException {
    ObjectNode tiers = dryRun ? expectedTiers(state) : tiers(tx, scope);
    long hot = tiers.path("hot").asLong();
    if (move == TierMove.BUDGET_HOT_TO_WARM) {
      return hotBudget() == 0 ? 0 : Math.max(0, hot - hotBudget());
    }
    long active = hot + tiers.path("warm").asLong();
    return activeBudget() == 0 ? 0 : Math.max(0, active - activeBudget());
  }

  /** Where the nodes would be after the moves that a dry run has counted so far. */
  private static ObjectNode expectedTiers(ObjectNode state) {
    long hot = JobState.number(state, "hot_before");
    long warm = JobState.number(state, "active_before") - hot;
    for (TierMove move : TierMove.values()) {
      long moved = JobState.number(state, move.key());
      hot -= move.from.equals("hot") ? moved : 0;
      warm += move.to.equals("warm") ? moved : move.from.equals("warm") ? -moved : 0;
    }
    return Jsons.object().put("hot", hot).put("warm", warm);
  }

  /** Nodes of the move's tier that may move and, in a dry run, were not counted as moved yet. */
  private static long unmoved(TierMove move, ObjectNode state) {
    long nodes = JobState.number(state, "mutable_" + move.from);
    for (TierMove other : TierMove.values()) {
      nodes -= other.from.equals(move.from) ? JobState.number(state, other.key()) : 0;
    }
    return Math.max(0, nodes);
  }

  private static UUID commit(
      Tx tx, ScopeKey scope, ObjectNode state, String figures, ObjectNode diff)
      throws SQLException {
    String started = state.get("started").textValue();
    return JobState.commit(tx.connection(), scope, JOB, started, figures, diff, state).id();
  }

  private static ObjectNode tiers(Tx tx, ScopeKey scope) throws SQLException {
    ObjectNode tiers = Jsons.object();
    Graph.TIERS.forEach(tier -> tiers.put(tier, 0));
    try (PreparedStatement select = tx.connection().prepareStatement(SalienceSql.TIERS)) {
      select.setString(1, scope.key());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          tiers.put(rows.getString(1), rows.getLong(2));
        }
      }
    }
    return tiers;
  }

  private static void putTiers(Tx tx, ScopeKey scope, ObjectNode state) throws SQLException {
    state.set("tier_counts", tiers(tx, scope));
  }

  @Override
  public JobResult result(JobParameters parameters, ObjectNode state) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    ObjectNode body = JobState.head(Jsons.object(), scope, parameters.flag("dry-run"));
    JobState.putCommits(body, state);
    long updated = JobState.number(state, "updated_salience");
    double sum = state.path("scale_sum").asDouble();
    body.put("updated_salience", updated)
        .put(
            "adaptive_decay_enabled",
            settings.get(LifecycleSettings.MEMORY_ADAPTIVE_DECAY_ENABLED));
    for (String key :
        List.of(
            "adaptive_recent_nodes",
            "adaptive_positive_feedback_nodes",
            "adaptive_negative_feedback_nodes")) {
      body.put(key, JobState.number(state, key));
    }
    body.put("adaptive_decay_scale_avg", updated == 0 ? 0 : JobState.rounded(sum / updated))
        .put(LEAST, JobState.rounded(state.path(LEAST).asDouble()))
        .put(MOST, JobState.rounded(state.path(MOST).asDouble()));
    for (String key :
        List.of(
            "total_mutable",
            "used_today",
            "max_daily_mutations",
            "initial_remaining_budget",
            REMAINING)) {
      body.put(key, JobState.number(state, key));
    }
    body.put("budgets_enabled", budgetsEnabled());
    long policy = 0;
    long budget = 0;
    for (TierMove move : TierMove.values()) {
      long moved = JobState.number(state, move.key());
      body.put(move.key(), moved);
      policy += move.isBudget() ? 0 : moved;
      budget += move.isBudget() ? moved : 0;
    }
    body.put("transitions_policy_total", policy)
        .put("transitions_budget_total", budget)
        .put("transitions_total", policy + budget);
    ObjectNode tiers = (ObjectNode) state.get("tier_counts");
    ObjectNode after = parameters.flag("dry-run") ? expectedTiers(state) : tiers;
    body.putObject("scope_budget")
        .put("hot_node_budget", hotBudget())
        .put("active_node_budget", activeBudget())
        .put("hot_before", JobState.number(state, "hot_before"))
        .put("active_before", JobState.number(state, "active_before"))
        .put("hot_after", after.get("hot").longValue())
        .put("active_after", after.get("hot").longValue() + after.get("warm").longValue());
    body.set("tier_counts", tiers);
    return JobResult.passed(body);
  }
}
