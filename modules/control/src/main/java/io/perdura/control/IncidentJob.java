package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/** A bundle of an incident's evidence that shall be published; {@link IncidentQueue} works it. */
@Entity
@Table(name = "control_incident_publish_jobs")
public class IncidentJob extends ChangingRow {
  @Id private String id;

  @Column(name = "tenant_id")
  private String tenantId;

  @Column(name = "run_id")
  private String runId;

  @Column(name = "source_dir")
  private String sourceDir;

  private String target;
  private String status;
  private int attempts;

  @Column(name = "max_attempts")
  private int maxAttempts;

  @Column(name = "next_attempt_at", insertable = false, updatable = false)
  private OffsetDateTime nextAttemptAt;

  @Column(name = "locked_at", insertable = false, updatable = false)
  private OffsetDateTime lockedAt;

  @Column(name = "locked_by", insertable = false, updatable = false)
  private String lockedBy;

  @Column(name = "published_uri", insertable = false, updatable = false)
  private String publishedUri;

  @Column(name = "last_error", insertable = false, updatable = false)
  private String lastError;

  @Convert(converter = JsonColumn.class)
  @Column(name = "last_response", insertable = false, updatable = false)
  private JsonNode lastResponse;

  @Convert(converter = JsonColumn.class)
  private JsonNode metadata;

  /** For JPA. */
  protected IncidentJob() {}

  IncidentJob(IncidentRequest wish) {
    id = UUID.randomUUID().toString();
    tenantId = wish.tenantId();
    runId = wish.runId();
    sourceDir = wish.sourceDir();
    target = wish.target();
    status = "pending";
    maxAttempts = wish.maxAttempts();
    metadata = wish.metadata();
  }

  String id() {
    return id;
  }

  String tenantId() {
    return tenantId;
  }

  String sourceDir() {
    return sourceDir;
  }

  /** The row as the contract shows it. */
  ObjectNode json() {
    ObjectNode row = Jsons.object().put("id", id).put("tenant_id", tenantId).put("run_id", runId);
    row.put("source_dir", sourceDir).put("target", target).put("status", status);
    row.put("attempts", attempts).put("max_attempts", maxAttempts);
    row.put("next_attempt_at", Wire.time(nextAttemptAt)).put("locked_at", Wire.time(lockedAt));
    row.put("locked_by", lockedBy).put("published_uri", publishedUri);
    row.put("last_error", lastError).set("last_response", lastResponse);
    row.set("metadata", metadata);
    return withTimes(row);
  }
}
