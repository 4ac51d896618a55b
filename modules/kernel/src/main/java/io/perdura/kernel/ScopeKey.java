package io.perdura.kernel;

/**
 * Where a row lives: tenant and public scope, and the internal key that the {@code scope} column
 * and every hash use.
 *
 * <p>The default tenant's key is the scope itself; any other tenant's is {@code
 * tenant:<tenant>::scope:<scope>}. Answers carry {@link #tenant} and {@link #scope}, never {@link
 * #key}.
 */
public record ScopeKey(TenantId tenant, String scope, String key) {
  private static final String RESERVED = "tenant:";

  /**
   * Resolves a request's tenant and scope.
   *
   * @param tenant the effective tenant text, blank or null for the configured default
   * @param scope the request's scope, null for the configured default
   * @throws ApiException 400 {@code invalid_tenant_id} or {@code invalid_scope}
   */
  public static ScopeKey resolve(String tenant, String scope, Defaults defaults) {
    boolean blankTenant = tenant == null || TextRules.trim(tenant).isEmpty();
    TenantId id = TenantId.of(blankTenant ? defaults.tenant() : tenant);
    return of(id, scope == null ? defaults.scope() : scope, defaults);
  }

  /** Places {@code scope} under a tenant that is already known. */
  public static ScopeKey of(TenantId tenant, String scope, Defaults defaults) {
    String name = TextRules.wellFormed(TextRules.trim(scope));
    if (name.isEmpty()) {
      throw ApiException.badRequest("invalid_scope", "scope must be non-empty", null);
    }
    if (name.startsWith(RESERVED)) {
      throw ApiException.badRequest(
          "invalid_scope",
          "scope must not start with '" + RESERVED + "'",
          Jsons.object().put("scope", name));
    }
    if (name.indexOf('\0') >= 0) {
      throw ApiException.badRequest("invalid_scope", "scope must not contain U+0000", null);
    }
    boolean isDefault = tenant.value().equals(defaults.tenant());
    return new ScopeKey(tenant, name, isDefault ? name : prefix(tenant) + name);
  }

  /** Reads a stored key back into tenant and scope. */
  public static ScopeKey fromKey(String key, Defaults defaults) {
    int mark = key.startsWith(RESERVED) ? key.indexOf("::scope:") : -1;
    if (mark < 0) {
      return new ScopeKey(new TenantId(defaults.tenant()), key, key);
    }
    TenantId tenant = new TenantId(key.substring(RESERVED.length(), mark));
    return new ScopeKey(tenant, key.substring(mark + "::scope:".length()), key);
  }

  /** Returns the text that every key of a tenant other than the default one starts with. */
  public static String prefix(TenantId tenant) {
    return RESERVED + tenant.value() + "::scope:";
  }

  /** The configured default tenant and scope ({@code MEMORY_TENANT_ID}, {@code MEMORY_SCOPE}). */
  public record Defaults(String tenant, String scope) {}
}
