package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Which jobs shall be published again.
 *
 * @param tenantId null = of any tenant
 * @param ids null = any
 * @param resetAttempts whether they get all their attempts back, or one
 */
public record ReplayRequest(
    String tenantId,
    List<String> statuses,
    List<String> ids,
    int limit,
    boolean resetAttempts,
    String reason,
    boolean dryRun,
    boolean allTenants) {
  private static final Set<String> STATES = Wire.choices("failed", "dead_letter");
  private static final int LONGEST_ID = 128;
  private static final int LONGEST_REASON = 256;
  private static final int MOST_STATES = 8;
  private static final int MOST_IDS = 500;
  private static final int MOST_JOBS = 200;
  private static final int USUAL_JOBS = 50;

  /**
   * Reads and validates a body.
   *
   * @throws ApiException 400 {@code invalid_request} when it selects nothing in particular
   */
  public static ReplayRequest read(JsonNode body) {
    Fields fields = Wire.fields(body);
    String tenant = fields.has("tenant_id") ? Wire.id(fields, "tenant_id", LONGEST_ID) : null;
    List<String> statuses = statuses(fields);
    List<UUID> ids = fields.optUuids("ids", 0, MOST_IDS);
    int limit = fields.integer("limit", 1, MOST_JOBS, USUAL_JOBS);
    boolean reset = fields.bool("reset_attempts", true);
    String reason =
        fields.has("reason") ? Wire.id(fields, "reason", LONGEST_REASON) : "manual_replay";
    boolean dryRun = fields.bool("dry_run", false);
    boolean all = fields.bool("allow_all_tenants", false);
    fields.throwIfInvalid();
    boolean someIds = ids != null && !ids.isEmpty();
    if (tenant == null && !someIds && !all) {
      throw ApiException.badRequest(
          "invalid_request", "name tenant_id or ids, or set allow_all_tenants", null);
    }
    List<String> named = someIds ? ids.stream().map(UUID::toString).toList() : null;
    return new ReplayRequest(tenant, statuses, named, limit, reset, reason, dryRun, all);
  }

  private static List<String> statuses(Fields fields) {
    List<String> raw = fields.optStrings("statuses", 0, MOST_STATES, 0);
    Set<String> chosen = new TreeSet<>();
    for (int i = 0; raw != null && i < raw.size(); i++) {
      if (raw.get(i) != null && !STATES.contains(raw.get(i))) {
        fields.reject("statuses." + i, "Invalid enum value. Expected 'failed' | 'dead_letter'");
      } else if (raw.get(i) != null) {
        chosen.add(raw.get(i));
      }
    }
    return List.copyOf(chosen.isEmpty() ? STATES : chosen);
  }

  /** What an audit event says of it, after what became of it. */
  ObjectNode details(ObjectNode details) {
    details.set("statuses", Jsons.MAPPER.valueToTree(new ArrayList<>(statuses)));
    details.put("limit", limit).put("reset_attempts", resetAttempts).put("dry_run", dryRun);
    return details.put("allow_all_tenants", allTenants).put("reason", reason);
  }
}
