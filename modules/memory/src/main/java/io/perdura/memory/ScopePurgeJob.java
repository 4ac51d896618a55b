package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.jobs.ReportWork;
import io.perdura.jobs.ScopeParameters;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Map;
import java.util.Optional;

/**
 * Erases everything in a scope, in two steps: a run that only plans tells what there is and gives a
 * token, a run with that token erases, as long as the scope is still what the plan was made of. The
 * erasure is the same as that of the API: with its ledger, its fence and its proof. A run that
 * follows a death goes on where the erasure stopped.
 */
@ApplicationScoped
public class ScopePurgeJob implements ReportWork {
  private static final String CONFIRM = "confirm-token";
  private static final String ACTOR = "job:scope-purge";
  private static final int TOKEN_LENGTH = 16;

  /** What a plan is about: any write changes it. */
  private static final String STATE =
      """
      select (select count(*) from memory_nodes where scope = s.scope), (select count(*) from memory_edges where scope = s.scope),
        (select id::text from memory_commits where scope = s.scope and erased_at is null order by created_at desc, id limit 1)
      from (select ?::text as scope) s
      """;

  private final Database database;
  private final Settings settings;
  private final EraseService erasures;
  private final ConsistencyService consistency;

  @Inject
  ScopePurgeJob(
      Database database, Settings settings, EraseService erasures, ConsistencyService consistency) {
    this.database = database;
    this.settings = settings;
    this.erasures = erasures;
    this.consistency = consistency;
  }

  /** For the container's proxy. */
  protected ScopePurgeJob() {
    this(null, null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
            "scope-purge",
            "Erases everything in a scope, after a plan was made and confirmed.",
            true,
            ScopeParameters.scope(),
            ScopeParameters.tenant(),
            JobParameter.flag("apply", "erase; needs the token of a plan"),
            JobParameter.text(CONFIRM, null, "The token that the plan gave."),
            JobParameter.flag("dry-run", "only plan, also with apply"))
        .where(this::check);
  }

  private void check(JobParameters given) {
    given.required(ScopeParameters.SCOPE);
    ScopeKey scope = ScopeParameters.of(given, settings);
    if (scope.key().equals(settings.defaults().scope())) {
      throw new IllegalArgumentException(
          "scope " + scope.scope() + " is the configured one and is not purged by a job");
    }
    if (applies(given)) {
      given.required(CONFIRM);
    }
  }

  private static boolean applies(JobParameters given) {
    return given.flag("apply") && !given.flag("dry-run");
  }

  /** What a scope holds. */
  private record Plan(JsonNode counts, String token, long rows) {}

  @Override
  public JobResult run(JobParameters parameters, JobProgress progress) {
    ScopeKey scope = ScopeParameters.of(parameters, settings);
    EraseRequest request =
        EraseRequest.read(
            EraseRequest.Kind.SCOPE,
            Jsons.object()
                .put("tenant_id", scope.tenant().value())
                .put("scope", scope.scope())
                .put("actor", ACTOR),
            settings);
    Plan plan = plan(request, scope);
    boolean apply = applies(parameters);
    if (!apply || plan.rows == 0) {
      return report(scope, plan, null, apply);
    }
    if (!plan.token.equals(parameters.required(CONFIRM)) && !isUnderWay(request)) {
      throw new IllegalStateException(
          "the token does not fit: the scope has changed since the plan was made, or the plan was for another scope;"
              + " plan again");
    }
    return report(scope, plan, erase(request, plan, progress), true);
  }

  private Plan plan(EraseRequest request, ScopeKey scope) {
    JsonNode counts = consistency.residueNow(request).get("remaining");
    long rows = 0;
    for (Map.Entry<String, JsonNode> count : counts.properties()) {
      rows += count.getValue().longValue();
    }
    String state =
        database.read(
            "plan of a purge",
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(STATE)) {
                select.setString(1, scope.key());
                try (ResultSet row = select.executeQuery()) {
                  row.next();
                  return row.getLong(1) + ":" + row.getLong(2) + ":" + row.getString(3);
                }
              }
            });
    String token = Hashes.sha256Hex("scope-purge:" + scope.key() + ":" + state);
    return new Plan(counts, token.substring(0, TOKEN_LENGTH), rows);
  }

  /** Whether an erasure of the scope that this job began was interrupted. */
  private boolean isUnderWay(EraseRequest request) {
    return database.read(
        "purge under way",
        connection -> {
          ErasureLedger ledger = new ErasureLedger(connection);
          Optional<Erasure> latest = ledger.latest(request);
          return latest.isPresent() && ledger.isOpen(latest.get(), ACTOR);
        });
  }

  private JsonNode erase(EraseRequest request, Plan plan, JobProgress progress) {
    return new WholeErasure(erasures)
        .run(request, progress, removed -> progress.at(removed, Math.max(removed, plan.rows)));
  }

  private static JobResult report(ScopeKey scope, Plan plan, JsonNode erased, boolean apply) {
    boolean clean = erased == null || erased.at("/residue/clean").booleanValue();
    ObjectNode body =
        Jsons.object()
            .put("ok", clean)
            .put("apply", apply)
            .put("mode", "delete")
            .put("tenant_id", scope.tenant().value())
            .put("scope", scope.scope())
            .put("scope_key", scope.key());
    ArrayNode tables = body.putArray("tables");
    long deleted = 0;
    for (Map.Entry<String, JsonNode> count : plan.counts.properties()) {
      String table = count.getKey();
      String removed = table.equals("memory_commits") ? "memory_commits_emptied" : table;
      long rows = erased == null ? 0 : erased.path("removed").path(removed).asLong();
      deleted += rows;
      tables
          .addObject()
          .put("table", table)
          .put("strategy", table.equals("memory_commits") ? "empty" : "delete")
          .put("candidate_rows", count.getValue().longValue())
          .put("deleted_rows", rows)
          .put("applied", erased != null);
    }
    body.putObject("totals")
        .put("candidate_rows", plan.rows)
        .put("deleted_rows", deleted)
        .put("tables", tables.size());
    ArrayNode warnings = body.putArray("warnings");
    warnings.add(
        "commits keep their hashes and lose their content, so that the chain stays verifiable");
    if (erased == null) {
      body.put("confirm_token", plan.rows == 0 ? null : plan.token);
    } else {
      body.set("erasure_id", erased.get("erasure_id"));
      body.set("residue", erased.get("residue"));
    }
    return JobResult.judged(clean, body);
  }
}
