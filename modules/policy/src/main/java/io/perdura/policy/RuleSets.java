package io.perdura.policy;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.perdura.kernel.Database;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The compiled rules of each scope, never older than the database.
 *
 * <p>Every change of a rule that can be evaluated gives its scope a new version in the same
 * transaction (a trigger does it, so nobody can forget). Whoever evaluates asks for the version
 * first, in the statement that would also bring the rules: so no server ever evaluates rules that
 * were replaced before the request began, and nobody has to be told anything.
 */
@ApplicationScoped
public class RuleSets {
  private final Database database;
  private final Conditions compiler;
  private final int evidenceLimit;
  private final Cache<String, RuleSet> cache;
  private final PolicyMeter meter;

  /** For the container's proxy. */
  protected RuleSets() {
    this.database = null;
    this.compiler = null;
    this.evidenceLimit = 0;
    this.cache = null;
    this.meter = null;
  }

  @Inject
  RuleSets(Database database, Settings settings, PolicyMeter meter) {
    this.meter = meter;
    this.database = database;
    this.compiler = new Conditions(settings.get(PolicySettings.PERDURA_RULE_MULTI_OPERATORS));
    this.evidenceLimit = settings.get(PolicySettings.PERDURA_RULE_EVIDENCE_LIMIT);
    this.cache =
        Caffeine.newBuilder()
            .maximumWeight(settings.get(PolicySettings.PERDURA_RULE_CACHE_RULES))
            .weigher((String scope, RuleSet set) -> 1 + set.rules().size())
            .build();
  }

  /** Returns the rules of a scope as they are now. One round trip. */
  RuleSet of(ScopeKey scope) {
    return database.read("rules", connection -> of(connection, scope));
  }

  /** The same as a transaction sees it. */
  RuleSet of(Connection connection, ScopeKey scope) throws SQLException {
    RuleSet known = cache.getIfPresent(scope.key());
    try (PreparedStatement select = connection.prepareStatement(RuleSetSql.LOAD)) {
      select.setBoolean(1, known != null);
      select.setString(2, known == null ? null : known.version());
      select.setString(3, scope.key());
      select.setString(4, scope.key());
      try (ResultSet row = select.executeQuery()) {
        row.next();
        String rules = row.getString(2);
        meter.looked(rules == null);
        if (rules == null) {
          return known;
        }
        long start = System.nanoTime();
        RuleSet fresh =
            RuleSet.read(
                row.getString(1),
                Jsons.stored(rules),
                known == null ? RuleSet.NONE : known,
                compiler,
                evidenceLimit);
        meter.compiled(fresh.rules().size(), System.nanoTime() - start);
        cache.put(scope.key(), fresh);
        return fresh;
      }
    }
  }
}
