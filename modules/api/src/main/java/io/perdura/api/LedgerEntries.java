package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TenantId;
import io.perdura.kernel.TextRules;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads an exported erasure ledger back, as far as it may enter a database. */
final class LedgerEntries {
  /** What can be erased. */
  static final Set<String> KINDS =
      new LinkedHashSet<>(List.of("node", "session", "scope", "tenant"));

  private LedgerEntries() {}

  /**
   * Returns {@code ledger} of a body; empty when it has none.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request} or {@code invalid_tenant_id}
   */
  static ArrayNode read(JsonNode body) {
    Fields fields = Fields.of(body);
    List<String> tenants = fields.objects("ledger", LedgerEntries::check);
    fields.throwIfInvalid();
    tenants.forEach(TenantId::new);
    return tenants.isEmpty() ? Jsons.array() : (ArrayNode) body.get("ledger");
  }

  private static String check(Fields entry) {
    final String tenant = text(entry, "tenant_id", true);
    text(entry, "scope", false);
    entry.enumeration("kind", KINDS);
    text(entry, "target", true);
    text(entry, "actor", true);
    text(entry, "reason", false);
    entry.optObject("removed");
    String time = entry.string("requested_at", 1, 64);
    if (time != null && !isTime(time)) {
      entry.reject("requested_at", "Invalid datetime");
    }
    entry.optNullableString("completed_at", 0);
    return tenant;
  }

  private static String text(Fields entry, String field, boolean required) {
    String text =
        required ? entry.string(field, 1, Integer.MAX_VALUE) : entry.optNullableString(field, 1);
    if (text != null && (text.indexOf('\0') >= 0 || !text.equals(TextRules.wellFormed(text)))) {
      entry.reject(field, "Invalid");
    }
    return text;
  }

  private static boolean isTime(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }
}
