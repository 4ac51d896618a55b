package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Setting;
import io.perdura.kernel.Settings;
import java.sql.SQLException;
import java.util.UUID;

/** What the jobs of this room have in common: sums in their state, and their commits. */
final class JobState {
  static final String COMMIT_ID = "commit_id";
  static final String COMMIT_HASH = "commit_hash";
  private static final String COMMITS = "commits";
  private static final double SIX_DECIMALS = 1_000_000;

  private JobState() {}

  /** A default as it is configured; a job is asked for its definition without a container, too. */
  static <T> T fallback(Settings settings, Setting<T> setting) {
    return settings == null ? setting.fallback() : settings.get(setting);
  }

  static long number(ObjectNode state, String key) {
    return state.path(key).asLong();
  }

  static void add(ObjectNode state, String key, long more) {
    state.put(key, number(state, key) + more);
  }

  static void add(ObjectNode state, String key, double more) {
    state.put(key, state.path(key).asDouble() + more);
  }

  static UUID id(ObjectNode state, String key) {
    JsonNode id = state.get(key);
    return id == null || id.isNull() ? new UUID(0, 0) : UUID.fromString(id.textValue());
  }

  static double rounded(double value) {
    return Math.round(value * SIX_DECIMALS) / SIX_DECIMALS;
  }

  /** A result's head: scope as callers name it. */
  static ObjectNode head(ObjectNode target, ScopeKey scope, boolean dryRun) {
    return target
        .put("ok", true)
        .put("scope", scope.scope())
        .put("tenant_id", scope.tenant().value())
        .put("dry_run", dryRun);
  }

  /**
   * Appends the commit of one page and remembers it in the state.
   *
   * @param started ISO time at which the run began
   * @param figures the job's own numbers, for the hash of the input
   */
  static JobCommits.Commit commit(
      java.sql.Connection connection,
      ScopeKey scope,
      String job,
      String started,
      String figures,
      ObjectNode diff,
      ObjectNode state)
      throws SQLException {
    String input =
        Hashes.sha256Hex("job:" + job + ":" + scope.key() + ":" + started + ":" + figures);
    diff.put("job", job).put("scope", scope.key()).put("started_at", started);
    JobCommits.Commit commit = JobCommits.append(connection, scope.key(), job, "job", input, diff);
    state.put(COMMIT_ID, commit.id().toString()).put(COMMIT_HASH, commit.hash());
    add(state, COMMITS, 1);
    return commit;
  }

  /** The newest commit of the run, and how many there are: one a page that changed anything. */
  static ObjectNode putCommits(ObjectNode target, ObjectNode state) {
    return target
        .put(COMMIT_ID, state.path(COMMIT_ID).textValue())
        .put(COMMIT_HASH, state.path(COMMIT_HASH).textValue())
        .put(COMMITS, number(state, COMMITS));
  }
}
