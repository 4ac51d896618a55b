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
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Erases probe scopes that a gate made and could not erase, because it was killed. Only scopes with
 * the gates' own prefix, in any tenant, into which nobody has written for a while; the erasure is
 * that of the API, with its ledger and its proof.
 */
@ApplicationScoped
public class ProbeCleanupJob implements ReportWork {
  /** How the gates name the scopes that they make. */
  static final String PREFIX = "perdura-probe-";

  private static final String ACTOR = "job:probe-cleanup";
  private static final String HOURS = "older-than-hours";
  private static final String LIMIT = "limit";
  private static final String DRY_RUN = "dry-run";

  /**
   * Parameters: prefix, hours. The scopes, by skipping from one to the next along the index; of
   * each of ours its newest commit that no erasure has emptied.
   */
  private static final String FIND =
      """
      with recursive s(scope) as (
        (select scope from memory_commits order by scope limit 1)
        union all
        select (select c.scope from memory_commits c where c.scope > s.scope order by c.scope limit 1)
        from s where s.scope is not null
      )
      select s.scope, to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        c.created_at < now() - make_interval(hours => ?), (select count(*) from memory_nodes n where n.scope = s.scope)
      from s cross join lateral (
        select c.created_at from memory_commits c where c.scope = s.scope and c.erased_at is null
        order by c.created_at desc limit 1) c
      where starts_with(regexp_replace(s.scope, '^tenant:[^:]*::scope:', ''), ?)
      order by c.created_at, s.scope
      """;

  private final Database database;
  private final Settings settings;
  private final EraseService erasures;

  @Inject
  ProbeCleanupJob(Database database, Settings settings, EraseService erasures) {
    this.database = database;
    this.settings = settings;
    this.erasures = erasures;
  }

  /** For the container's proxy. */
  protected ProbeCleanupJob() {
    this(null, null, null);
  }

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
        "probe-cleanup",
        "Erases probe scopes that killed gates have left.",
        true,
        JobParameter.number(
            HOURS, 24L, 1, 8_760, "Hours since the youngest write into a scope that is erased."),
        JobParameter.number(LIMIT, 100L, 1, 1_000, "Scopes that one run erases, the oldest first."),
        JobParameter.flag(DRY_RUN, "Only says what it would erase."));
  }

  /** A scope that a gate made. */
  private record Probe(String key, String youngest, boolean due, long nodes) {}

  @Override
  public JobResult run(JobParameters given, JobProgress progress) {
    List<Probe> found = find(given);
    List<Probe> due =
        found.stream()
            .filter(probe -> probe.due && !probe.key.equals(settings.defaults().scope()))
            .limit(given.number(LIMIT))
            .toList();
    boolean dryRun = given.flag(DRY_RUN);
    ArrayNode scopes = Jsons.array();
    int erased = 0;
    int failed = 0;
    for (Probe probe : due) {
      ObjectNode row =
          scopes
              .addObject()
              .put("scope_key", probe.key)
              .put("youngest_write_at", probe.youngest)
              .put("nodes", probe.nodes);
      if (!dryRun) {
        boolean clean = erase(probe, row, progress);
        erased += clean ? 1 : 0;
        failed += clean ? 0 : 1;
        progress.at(scopes.size(), due.size());
      }
    }
    ObjectNode body =
        Jsons.object()
            .put("ok", failed == 0)
            .put("dry_run", dryRun)
            .put("older_than_hours", given.number(HOURS))
            .put("found", found.size())
            .put("due", due.size())
            .put("erased", erased)
            .put("failed", failed);
    body.set("scopes", scopes);
    return JobResult.judged(failed == 0, body);
  }

  private List<Probe> find(JobParameters given) {
    return database.read(
        "probe scopes",
        connection -> {
          List<Probe> probes = new ArrayList<>();
          try (PreparedStatement select = connection.prepareStatement(FIND)) {
            select.setInt(1, (int) given.number(HOURS));
            select.setString(2, PREFIX);
            try (ResultSet row = select.executeQuery()) {
              while (row.next()) {
                probes.add(
                    new Probe(
                        row.getString(1), row.getString(2), row.getBoolean(3), row.getLong(4)));
              }
            }
          }
          return probes;
        });
  }

  /** Erases one scope; what keeps it from that is told, and keeps no other from going. */
  private boolean erase(Probe probe, ObjectNode row, JobProgress progress) {
    try {
      ScopeKey scope =
          ScopeParameters.of(new JobParameters(Map.of(ScopeParameters.SCOPE, probe.key)), settings);
      EraseRequest request =
          EraseRequest.read(
              EraseRequest.Kind.SCOPE,
              Jsons.object()
                  .put("tenant_id", scope.tenant().value())
                  .put("scope", scope.scope())
                  .put("actor", ACTOR)
                  .put("reason", "probe scope of a gate that did not end"),
              settings);
      row.put("tenant_id", scope.tenant().value()).put("scope", scope.scope());
      JsonNode answer =
          new WholeErasure(erasures).run(request, progress, rows -> row.put("removed_rows", rows));
      boolean clean = answer.at("/residue/clean").booleanValue();
      row.put("erasure_id", answer.path("erasure_id").asText()).put("clean", clean);
      return clean;
    } catch (IllegalArgumentException e) {
      row.put("error", e.getMessage());
      return false;
    } catch (ApiException e) {
      if (e.status() == 503 && e.code().equals("database_unavailable")) {
        throw e;
      }
      row.put("error", e.code());
      return false;
    }
  }
}
