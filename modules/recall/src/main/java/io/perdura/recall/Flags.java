package io.perdura.recall;

import io.perdura.kernel.Fields;

/** What the answer is to carry beside the usual (contract, section 5.1). */
record Flags(
    boolean returnDebug,
    boolean includeEmbeddings,
    boolean includeMeta,
    boolean includeSlots,
    boolean includeSlotsPreview,
    int slotsPreviewKeys) {

  private static final int PREVIEW_KEYS = 10;

  static Flags read(Fields fields) {
    return new Flags(
        fields.bool("return_debug", false),
        fields.bool("include_embeddings", false),
        fields.bool("include_meta", false),
        fields.bool("include_slots", false),
        fields.bool("include_slots_preview", false),
        fields.integer("slots_preview_keys", 1, 50, PREVIEW_KEYS));
  }

  boolean needsSlots() {
    return includeSlots || includeSlotsPreview;
  }
}
