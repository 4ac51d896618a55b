package io.perdura.client;

import io.perdura.client.model.PackExportAnswer;
import io.perdura.client.model.PackExportRequest;
import io.perdura.client.model.PackImportAnswer;
import io.perdura.client.model.PackImportRequest;

/** A scope's memory as one document. Needs the admin token. */
public final class Packs {
  private final Perdura client;

  Packs(Perdura client) {
    this.client = client;
  }

  /** Export a scope: <code>exportPack</code>. */
  public Call<PackExportAnswer> exportPack(PackExportRequest request) {
    return client.call(Operation.EXPORT_PACK, PackExportAnswer.class).body(request);
  }

  /** Import a pack, or only verify it: <code>importPack</code>. */
  public Call<PackImportAnswer> importPack(PackImportRequest request) {
    return client.call(Operation.IMPORT_PACK, PackImportAnswer.class).body(request);
  }
}
