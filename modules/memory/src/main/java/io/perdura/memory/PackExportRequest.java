package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;

/** The wish to export a scope, checked against the contract's schema (section 7.1). */
public final class PackExportRequest {
  private static final int MAX_ROWS = 50_000;

  final ScopeKey scope;
  final boolean nodes;
  final boolean edges;
  final boolean commits;
  final boolean meta;
  final int maxRows;

  private PackExportRequest(Fields fields, Settings settings) {
    String tenantId = fields.optString("tenant_id");
    String scopeName = fields.optString("scope");
    nodes = fields.bool("include_nodes", true);
    edges = fields.bool("include_edges", true);
    commits = fields.bool("include_commits", true);
    meta = fields.bool("include_meta", true);
    maxRows = fields.integer("max_rows", 1, MAX_ROWS, 5000);
    fields.throwIfInvalid();
    scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
  }

  /**
   * Reads a request body; none at all counts as {@code {}}.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}
   *     or {@code invalid_scope}
   */
  public static PackExportRequest read(JsonNode body, Settings settings) {
    boolean none = body == null || body.isMissingNode();
    return new PackExportRequest(Fields.of(none ? Jsons.object() : body), settings);
  }

  /** What is exported. */
  public ScopeKey scope() {
    return scope;
  }
}
