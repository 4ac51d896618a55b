package io.perdura.api;

import io.perdura.access.IdentityFields;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.ScopeKey;
import java.nio.charset.StandardCharsets;

/**
 * Whose request it is, for logs, limits and telemetry: public tenant and scope, the configured ones
 * where the request names none or nonsense (validation will say so).
 */
record Owner(String tenant, String scope) {
  private static final int LONGEST_SCOPE = 256;

  /** Owners under the configured default tenant and scope. */
  record Defaults(ScopeKey.Defaults defaults) {
    /** The owner of a request that has not shown who it is. */
    Owner nobody() {
      return new Owner(defaults.tenant(), defaults.scope());
    }

    Owner owner(IdentityFields fields) {
      try {
        ScopeKey key =
            ScopeKey.resolve(first(fields, "tenant_id"), first(fields, "scope"), defaults);
        String scope = key.scope();
        String shown = scope.length() <= LONGEST_SCOPE ? scope : scope.substring(0, LONGEST_SCOPE);
        // Half a surrogate pair is no text for the database.
        return new Owner(
            key.tenant().value(), new String(Hashes.utf8(shown), StandardCharsets.UTF_8));
      } catch (ApiException e) {
        return nobody();
      }
    }

    private static String first(IdentityFields fields, String name) {
      return fields.values(name).stream().findFirst().orElse(null);
    }
  }
}
