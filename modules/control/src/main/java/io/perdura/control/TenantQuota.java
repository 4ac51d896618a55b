package io.perdura.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A tenant's own limits; a tenant without a row has the configured ones. */
@Entity
@Table(name = "control_tenant_quotas")
public class TenantQuota extends ChangingRow {
  @Id
  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "recall_rps")
  private double recallRps;

  @Column(name = "recall_burst")
  private int recallBurst;

  @Column(name = "write_rps")
  private double writeRps;

  @Column(name = "write_burst")
  private int writeBurst;

  @Column(name = "write_max_wait_ms")
  private int writeMaxWaitMs;

  @Column(name = "debug_embed_rps")
  private double debugEmbedRps;

  @Column(name = "debug_embed_burst")
  private int debugEmbedBurst;

  @Column(name = "recall_text_embed_rps")
  private double recallTextEmbedRps;

  @Column(name = "recall_text_embed_burst")
  private int recallTextEmbedBurst;

  @Column(name = "recall_text_embed_max_wait_ms")
  private int recallTextEmbedMaxWaitMs;

  /** For JPA. */
  protected TenantQuota() {}

  TenantQuota(String tenantId) {
    this.tenantId = tenantId;
  }

  void replace(QuotaRequest wish) {
    recallRps = wish.rate("recall_rps");
    recallBurst = wish.count("recall_burst");
    writeRps = wish.rate("write_rps");
    writeBurst = wish.count("write_burst");
    writeMaxWaitMs = wish.count("write_max_wait_ms");
    debugEmbedRps = wish.rate("debug_embed_rps");
    debugEmbedBurst = wish.count("debug_embed_burst");
    recallTextEmbedRps = wish.rate("recall_text_embed_rps");
    recallTextEmbedBurst = wish.count("recall_text_embed_burst");
    recallTextEmbedMaxWaitMs = wish.count("recall_text_embed_max_wait_ms");
  }

  /** The row as the contract shows it. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("tenant_id", tenantId);
    row.set("recall_rps", Wire.number(recallRps));
    row.put("recall_burst", recallBurst).set("write_rps", Wire.number(writeRps));
    row.put("write_burst", writeBurst).put("write_max_wait_ms", writeMaxWaitMs);
    row.set("debug_embed_rps", Wire.number(debugEmbedRps));
    row.put("debug_embed_burst", debugEmbedBurst);
    row.set("recall_text_embed_rps", Wire.number(recallTextEmbedRps));
    row.put("recall_text_embed_burst", recallTextEmbedBurst);
    row.put("recall_text_embed_max_wait_ms", recallTextEmbedMaxWaitMs);
    return withTimes(row);
  }
}
