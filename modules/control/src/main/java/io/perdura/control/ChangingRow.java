package io.perdura.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;
import java.time.OffsetDateTime;

/** A row that tells when it was changed last; a trigger of the table keeps that time. */
@MappedSuperclass
abstract class ChangingRow extends StoredRow {
  @Column(name = "updated_at", insertable = false, updatable = false)
  private OffsetDateTime updatedAt;

  /** Adds both times, as the contract shows them. */
  final ObjectNode withTimes(ObjectNode row) {
    return row.put("created_at", createdAt()).put("updated_at", Wire.time(updatedAt));
  }
}
