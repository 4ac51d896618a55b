package io.perdura.control;

import io.perdura.access.Admin;
import io.perdura.access.AdminRole;
import io.perdura.jobs.JobParameter;
import io.perdura.jobs.JobParameters;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** What the jobs of the control plane have in common. */
final class JobSupport {
  static final String TENANT = "tenant-id";
  static final String STRICT = "strict";

  private JobSupport() {}

  static JobParameter tenant(String otherwise) {
    return JobParameter.text(TENANT, null, "The tenant; " + otherwise + " if not given.");
  }

  static JobParameter strict(String when) {
    return JobParameter.flag(STRICT, "fail " + when);
  }

  static JobParameter whole(String name, long fallback, long least, long most, String purpose) {
    return JobParameter.number(name, fallback, least, most, purpose);
  }

  /** Checks that what is given as a tenant can be one. */
  static Consumer<JobParameters> check() {
    return given -> given.text(TENANT).ifPresent(JobSupport::requireTenant);
  }

  private static void requireTenant(String tenant) {
    try {
      TenantId.of(tenant);
    } catch (ApiException e) {
      throw new IllegalArgumentException(TENANT + ": " + e.getMessage(), e);
    }
  }

  static String tenantOrDefault(JobParameters given, Settings settings) {
    return given.text(TENANT).orElseGet(() -> settings.defaults().tenant());
  }

  /** Who works for one tenant, or for all of them ({@code null}); audit events name the job. */
  static Actor actor(String job, String tenant) {
    Set<String> tenants = tenant == null ? null : Set.of(tenant);
    return new Actor(new Admin("job:" + job, AdminRole.OPERATOR, tenants), null);
  }

  /** Parameters as a report's query has them. */
  static Map<String, List<String>> query(JobParameters given, String... names) {
    Map<String, List<String>> query = new HashMap<>();
    for (String name : names) {
      given.text(name).ifPresent(value -> query.put(name.replace('-', '_'), List.of(value)));
    }
    return query;
  }
}
