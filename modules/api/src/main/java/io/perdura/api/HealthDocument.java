package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.control.ControlSettings;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/**
 * The contract's health document (section 2): what this server can do. It never changes while the
 * process lives and never touches the database.
 */
@ApplicationScoped
class HealthDocument {
  private static final int STORE_ACCESS_VERSION = 2;

  /** Keys of a store that Perdura does not have. */
  private static final List<String> EMBEDDED_STORE =
      List.of(
          "runtime",
          "snapshot_path",
          "autosave",
          "snapshot_max_bytes",
          "snapshot_max_backups",
          "snapshot_strict_max_bytes",
          "snapshot_compaction_enabled",
          "snapshot_compaction_max_rounds",
          "shadow_mirror_enabled",
          "recall_debug_embeddings_enabled",
          "recall_audit_enabled",
          "session_graph_enabled",
          "pack_export_enabled",
          "pack_import_enabled",
          "snapshot_metrics");

  private final ObjectNode body;

  /** For the container's proxy. */
  protected HealthDocument() {
    this.body = null;
  }

  @Inject
  HealthDocument(Settings settings) {
    this.body = create(settings);
  }

  /** Returns the document; do not change it. */
  ObjectNode body() {
    return body;
  }

  private static ObjectNode create(Settings settings) {
    ObjectNode body = Jsons.object().put("ok", true);
    body.put(
        "database_target_hash",
        DatabaseTarget.hash(
            settings.get(CoreSettings.DATABASE_URL), settings.get(ControlSettings.PERDURA_DB_URL)));
    body.put("memory_store_backend", "postgres");
    body.put("memory_store_embedded_experimental_enabled", false);
    EMBEDDED_STORE.forEach(key -> body.putNull("memory_store_embedded_" + key));
    body.putObject("memory_store_recall_capabilities")
        .put("debug_embeddings", true)
        .put("audit_insert", true);
    body.putObject("memory_store_write_capabilities").put("shadow_mirror_v2", false);
    body.putObject("memory_store_feature_capabilities")
        .put("sessions_graph", true)
        .put("packs_export", true)
        .put("packs_import", true);
    body.set("memory_store_capability_contract", contract());
    body.put("recall_store_access_capability_version", STORE_ACCESS_VERSION);
    body.put("write_store_access_capability_version", STORE_ACCESS_VERSION);
    return body;
  }

  private static ObjectNode contract() {
    ObjectNode contract = Jsons.object();
    for (String capability :
        List.of("sessions_graph", "packs_export", "packs_import", "debug_embeddings")) {
      contract
          .putObject(capability)
          .put("failure_mode", "hard_fail")
          .putArray("degraded_modes")
          .add("feature_disabled");
    }
    contract
        .putObject("shadow_mirror_v2")
        .put("failure_mode", "soft_degrade")
        .putArray("degraded_modes")
        .add("capability_unsupported")
        .add("mirror_failed");
    return contract;
  }
}
