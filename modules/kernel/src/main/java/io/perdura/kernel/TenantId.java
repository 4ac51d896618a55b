package io.perdura.kernel;

import java.util.regex.Pattern;

/**
 * A tenant's public name: 1 to 64 characters, the first a letter or digit, the rest also {@code . _
 * -}.
 */
public record TenantId(String value) {
  private static final Pattern GRAMMAR = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");

  /** Checks the grammar; throws 400 {@code invalid_tenant_id}. */
  public TenantId {
    if (value == null || value.isEmpty()) {
      throw ApiException.badRequest("invalid_tenant_id", "tenant_id must be non-empty", null);
    }
    if (!GRAMMAR.matcher(value).matches()) {
      throw ApiException.badRequest(
          "invalid_tenant_id",
          "tenant_id must be 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
          Jsons.object().put("tenant_id", value));
    }
  }

  /** Trims as ECMAScript does, then checks. */
  public static TenantId of(String raw) {
    return new TenantId(TextRules.trim(raw));
  }
}
