package io.perdura.schema;

import org.flywaydb.core.api.MigrationVersion;

/** The contract between a build and its database: which schema the build needs. */
public final class SchemaVersion {
  /**
   * The newest migration that this build's statements rely on. Raise it together with a new
   * migration.
   */
  public static final String REQUIRED = "9";

  private SchemaVersion() {}

  /**
   * Tells whether a database at {@code applied} (empty = no schema) can serve this build; newer is
   * fine.
   */
  public static boolean isSufficient(String applied) {
    return !applied.isEmpty()
        && MigrationVersion.fromVersion(applied).compareTo(MigrationVersion.fromVersion(REQUIRED))
            >= 0;
  }
}
