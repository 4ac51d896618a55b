package io.perdura.integrity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.SlicedWork;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import io.perdura.memory.LifecycleSettings;
import io.perdura.outbox.OutboxSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for rows that contradict each other (jobs-gates, section 3): every check sees the same
 * snapshot, and nothing that a row holds keeps another check from looking. In slices, each of them
 * has a snapshot of its own.
 */
@ApplicationScoped
public class ConsistencyCheck implements SlicedWork {
  /** Keys of a plan: checks of a slice, and whether there are rows of other tenants. */
  private static final String SIZE = "batch_size";

  private static final String TENANTS = "tenants";

  private static final String PGVECTOR =
      """
      select format_type(atttypid, null) like '%vector' from pg_attribute
      where attrelid = 'memory_vectors'::regclass and attname = 'embedding'
      """;

  private static final String HAS_ROWS =
      """
      select exists (select from memory_nodes where scope = {scope})
        or exists (select from memory_commits where scope = {scope})
        or exists (select from memory_outbox where scope = {scope})
      """;

  private final Database database;
  private final Settings settings;
  private final JobDefinition definition;

  @Inject
  ConsistencyCheck(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
    this.definition = ConsistencyOptions.definition(settings);
  }

  protected ConsistencyCheck() {
    this(null, null);
  }

  /** A check without container, for tests and tools. */
  public static ConsistencyCheck of(Database database, Settings settings) {
    return new ConsistencyCheck(database, settings);
  }

  @Override
  public JobDefinition definition() {
    return definition;
  }

  @Override
  public int sideBySide(JobParameters parameters) {
    return ConsistencyOptions.of(parameters, settings).batches().parallel();
  }

  /**
   * Checks are divided by their numbers, as batch-size and batch-index do it. Which checks have a
   * number depends on whether there are other tenants, so that is settled here for all slices.
   */
  @Override
  public Optional<ObjectNode> plan(JobParameters parameters) {
    ConsistencyOptions options = ConsistencyOptions.of(parameters, settings);
    int batches = options.batches().count();
    if (batches == 1) {
      return Optional.empty();
    }
    return Optional.of(
        Snapshot.read(
            database,
            "slices of a consistency check",
            connection -> {
              Map<String, Object> values = values(options);
              boolean tenants = hasTenants(connection, options, values);
              int numbered = numbered(reported(connection, options, values), options, tenants);
              int size = Math.max(1, Math.ceilDiv(numbered, batches));
              return Jsons.object()
                  .put(SLICES, Math.max(1, Math.ceilDiv(numbered, size)))
                  .put(SIZE, size)
                  .put(TENANTS, tenants);
            }));
  }

  @Override
  public JobResult whole(JobParameters parameters, JobProgress progress) {
    return check(parameters, progress).result();
  }

  @Override
  public ObjectNode slice(
      JobParameters parameters, ObjectNode plan, int index, JobProgress progress) {
    ConsistencyOptions options =
        ConsistencyOptions.of(parameters, settings).slice(plan.path(SIZE).intValue(), index);
    boolean tenants = plan.path(TENANTS).booleanValue();
    return Snapshot.read(
            database,
            "slice of a consistency check",
            connection -> check(connection, options, tenants, progress))
        .body();
  }

  @Override
  public JobResult join(JobParameters parameters, ObjectNode plan, List<ObjectNode> found) {
    return ConsistencyReport.merge(found.stream().map(ConsistencyReport::read).toList()).result();
  }

  /**
   * The count of each check of a run as one statement by itself, by name: to compare with, and for
   * EXPLAIN. The hashes of commits are not computed in SQL, so they are not among them.
   */
  public Map<String, String> statements(JobParameters parameters) {
    ConsistencyOptions options = ConsistencyOptions.of(parameters, settings);
    Map<String, Object> values = values(options);
    boolean pgvector =
        database.read("kind of vectors", connection -> is(connection, PGVECTOR, values));
    Map<String, String> statements = new LinkedHashMap<>();
    for (Check check : Catalogue.of(settings, pgvector)) {
      if (options.set().asksFor(check.set()) && !check.source().equals(ChainChecks.HASHES)) {
        String sql =
            check.countsRows()
                ? "select count(*) from %s where (%s) and (%s)"
                    .formatted(check.source().from(), check.source().where(), check.condition())
                : "select %s from %s where %s"
                    .formatted(check.count(), check.source().from(), check.source().where());
        statements.put(check.name(), NamedSql.literal(sql, values));
      }
    }
    return statements;
  }

  /** Makes the check and returns its report; parameters as {@link #definition} checked them. */
  public ConsistencyReport check(JobParameters parameters, JobProgress progress) {
    return check(ConsistencyOptions.of(parameters, settings), progress);
  }

  ConsistencyReport check(ConsistencyOptions options, JobProgress progress) {
    return Snapshot.read(
        database,
        "consistency check",
        connection ->
            check(connection, options, hasTenants(connection, options, values(options)), progress));
  }

  private static boolean hasTenants(
      Connection connection, ConsistencyOptions options, Map<String, Object> values)
      throws SQLException {
    return options.set().asksFor(CheckSet.CROSS_TENANT)
        && is(connection, TenantChecks.PROBE, values);
  }

  private List<Check> reported(
      Connection connection, ConsistencyOptions options, Map<String, Object> values)
      throws SQLException {
    return Catalogue.of(settings, is(connection, PGVECTOR, values)).stream()
        .filter(check -> isReported(check, options))
        .toList();
  }

  /** Whether a check is made, in one slice or another, and so has a number. */
  private static boolean isNumbered(Check check, ConsistencyOptions options, boolean tenants) {
    return options.set().asksFor(check.set()) && (check.set() != CheckSet.CROSS_TENANT || tenants);
  }

  private static int numbered(List<Check> reported, ConsistencyOptions options, boolean tenants) {
    return (int) reported.stream().filter(check -> isNumbered(check, options, tenants)).count();
  }

  private ConsistencyReport check(
      Connection connection, ConsistencyOptions options, boolean tenants, JobProgress progress)
      throws SQLException {
    Map<String, Object> values = values(options);
    List<Check> reported = reported(connection, options, values);
    Set<Check> due = new LinkedHashSet<>();
    int number = 0;
    for (Check check : reported) {
      if (isNumbered(check, options, tenants)) {
        if (options.hasInSlice(number)) {
          due.add(check);
        }
        number++;
      }
    }
    Map<Check, CheckOutcome> outcomes =
        new CheckRunner(connection, options, values, progress).run(new ArrayList<>(due));
    List<ObjectNode> checks = new ArrayList<>();
    for (Check check : reported) {
      CheckOutcome outcome = outcomes.get(check);
      checks.add((outcome == null ? notMade(check, options, tenants) : outcome).json(check));
    }
    boolean scopeHasRows = is(connection, HAS_ROWS, values);
    return ConsistencyReport.of(options, checks, number, scopeHasRows);
  }

  /** A run across tenants names only one of the scope's checks, as the contract has it. */
  private static boolean isReported(Check check, ConsistencyOptions options) {
    return check.set() == CheckSet.CROSS_TENANT
        || options.set().asksFor(CheckSet.SCOPE)
        || check.name().equals("edges_cross_scope");
  }

  private static CheckOutcome notMade(Check check, ConsistencyOptions options, boolean tenants) {
    if (!options.set().asksFor(check.set())) {
      return CheckOutcome.skipped("not in the check set " + options.set().label());
    }
    return check.set() == CheckSet.CROSS_TENANT && !tenants
        ? CheckOutcome.pass("no row belongs to another tenant than the default one")
        : CheckOutcome.skipped(CheckOutcome.IN_ANOTHER_SLICE);
  }

  private Map<String, Object> values(ConsistencyOptions options) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("scope", options.scope().key());
    values.put("default_tenant", settings.defaults().tenant());
    values.put("cold_below", settings.get(LifecycleSettings.MEMORY_TIER_COLD_BELOW));
    values.put("hot_budget", settings.get(LifecycleSettings.MEMORY_SCOPE_HOT_NODE_BUDGET));
    values.put("active_budget", settings.get(LifecycleSettings.MEMORY_SCOPE_ACTIVE_NODE_BUDGET));
    values.put("max_attempts", settings.get(OutboxSettings.OUTBOX_MAX_ATTEMPTS));
    values.put("claim_timeout_ms", settings.get(OutboxSettings.OUTBOX_CLAIM_TIMEOUT_MS));
    values.put("max_dead_letters", options.tolerance().deadLetters());
    values.put("max_failed_embeddings", options.tolerance().failedEmbeddings());
    values.put("max_pending_seconds", options.tolerance().pendingSeconds());
    return values;
  }

  private static boolean is(Connection connection, String sql, Map<String, Object> values)
      throws SQLException {
    try (PreparedStatement select = NamedSql.prepare(connection, sql, values);
        ResultSet row = select.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }
}
