package io.perdura.control;

import jakarta.persistence.Column;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.Version;
import java.time.OffsetDateTime;

/** A row whose writers see each other: the version rises with each change, and the later fails. */
@MappedSuperclass
abstract class StoredRow {
  @Version private long version;

  @Column(name = "created_at", insertable = false, updatable = false)
  private OffsetDateTime createdAt;

  /** By the database's clock, as the contract shows it. */
  final String createdAt() {
    return Wire.time(createdAt);
  }
}
