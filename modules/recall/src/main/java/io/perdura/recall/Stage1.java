package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;

/**
 * How the seeds were found: {@code debug.stage1} (contract, section 5.7).
 *
 * @param annSeeds seeds that the first search led to
 * @param seeds seeds in the end
 * @param fallbackEnabled whether an exact search follows an empty one
 * @param fallbackAttempted whether it did
 */
record Stage1(int annSeeds, int seeds, boolean fallbackEnabled, boolean fallbackAttempted) {
  String mode() {
    return fallbackAttempted ? "exact_fallback" : "ann";
  }

  ObjectNode toJson() {
    return Jsons.object()
        .put("mode", mode())
        .put("ann_seed_count", annSeeds)
        .put("final_seed_count", seeds)
        .put("exact_fallback_enabled", fallbackEnabled)
        .put("exact_fallback_attempted", fallbackAttempted);
  }
}
