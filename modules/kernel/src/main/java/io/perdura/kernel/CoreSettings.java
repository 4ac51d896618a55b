package io.perdura.kernel;

import java.util.List;

/**
 * Settings that every room shares (policy-control, section 9.4). Names starting with PERDURA_ are
 * our own.
 */
public final class CoreSettings implements SettingCatalog {
  public static final Setting<String> APP_ENV =
      Setting.choice("APP_ENV", "dev", "dev", "ci", "prod");
  public static final Setting<Integer> PORT = Setting.integer("PORT", 3001, 1, 65535);
  public static final Setting<String> MEMORY_SCOPE = Setting.text("MEMORY_SCOPE", "default");
  public static final Setting<String> MEMORY_TENANT_ID =
      Setting.text("MEMORY_TENANT_ID", "default");

  /**
   * Carries the password. Absent inside the server when the launcher handed over the translated
   * JDBC form.
   */
  public static final Setting<String> DATABASE_URL = Setting.secret("DATABASE_URL");

  public static final Setting<Integer> MAX_TEXT_LEN =
      Setting.integer("MAX_TEXT_LEN", 8000, 1, 1_000_000);
  public static final Setting<Boolean> PII_REDACTION = Setting.bool("PII_REDACTION", true);

  /** What this process does: answer requests, run jobs, or both. */
  public static final Setting<String> PERDURA_ROLE =
      Setting.choice("PERDURA_ROLE", "all", "api", "worker", "all");

  /** Name of this server in the cluster; empty = host name and a random suffix. */
  public static final Setting<String> PERDURA_NODE_ID = Setting.text("PERDURA_NODE_ID", null);

  /**
   * Milliseconds within which a request is answered, database fail-over included; the SDKs give up
   * at 10 s.
   */
  public static final Setting<Integer> PERDURA_REQUEST_TIMEOUT_MS =
      Setting.integer("PERDURA_REQUEST_TIMEOUT_MS", 8000, 100, 600_000);

  /**
   * Which engine finds candidates: {@code auto} takes pgvector when the database has it, else
   * lucene in role all.
   */
  public static final Setting<String> PERDURA_CANDIDATE_INDEX =
      Setting.choice("PERDURA_CANDIDATE_INDEX", "auto", "auto", "pgvector", "lucene");

  /**
   * Directory for the lucene index, which can be rebuilt, and for rows of the audit trail that wait
   * for the database, which cannot.
   */
  public static final Setting<String> PERDURA_STATE_DIR =
      Setting.text("PERDURA_STATE_DIR", ".perdura");

  @Override
  public List<Setting<?>> settings() {
    return List.of(
        APP_ENV,
        PORT,
        MEMORY_SCOPE,
        MEMORY_TENANT_ID,
        DATABASE_URL,
        MAX_TEXT_LEN,
        PII_REDACTION,
        PERDURA_ROLE,
        PERDURA_NODE_ID,
        PERDURA_REQUEST_TIMEOUT_MS,
        PERDURA_CANDIDATE_INDEX,
        PERDURA_STATE_DIR);
  }
}
