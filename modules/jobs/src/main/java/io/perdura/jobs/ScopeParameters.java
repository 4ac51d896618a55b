package io.perdura.jobs;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TenantId;
import java.util.function.Consumer;

/** The parameters with which a job is told the scope that it works on. */
public final class ScopeParameters {
  public static final String SCOPE = "scope";
  public static final String TENANT = "tenant-id";

  private static final String KEY_MARK = "::scope:";

  private ScopeParameters() {}

  /** The scope as callers name it, or a whole internal key; the configured one if not given. */
  public static JobParameter scope() {
    return JobParameter.text(
        SCOPE,
        null,
        "The scope as callers name it, or a whole key tenant:NAME::scope:SCOPE; the configured scope if not given.");
  }

  /** The tenant that the scope belongs to. */
  public static JobParameter tenant() {
    return JobParameter.text(
        TENANT, null, "The tenant of the scope; the configured tenant if not given.");
  }

  /**
   * Returns the scope that a run is about.
   *
   * @throws IllegalArgumentException when there can be no such scope
   */
  public static ScopeKey of(JobParameters given, Settings settings) {
    String scope = given.text(SCOPE).orElse(null);
    String tenant = given.text(TENANT).orElse(null);
    try {
      boolean isKey = scope != null && scope.startsWith("tenant:") && scope.contains(KEY_MARK);
      if (!isKey) {
        return ScopeKey.resolve(tenant, scope, settings.defaults());
      }
      String named = scope.substring("tenant:".length(), scope.indexOf(KEY_MARK));
      if (tenant != null && !tenant.equals(named)) {
        throw new IllegalArgumentException("scope names the tenant " + named + ", not " + tenant);
      }
      String name = scope.substring(scope.indexOf(KEY_MARK) + KEY_MARK.length());
      return ScopeKey.of(TenantId.of(named), name, settings.defaults());
    } catch (ApiException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Checks, for {@link JobDefinition#where}, that there can be such a scope. */
  public static Consumer<JobParameters> check(Settings settings) {
    return given -> of(given, settings);
  }
}
