package io.perdura.recall;

import java.util.UUID;

/** An edge of the neighbourhood; weight and confidence are shortest decimals. */
record LoadedEdge(
    UUID src, UUID dst, String type, double weight, double confidence, UUID commitId) {

  /** How strongly the edge ties its ends together. */
  double strength() {
    return weight * confidence;
  }

  /** Share of activation that passes along an edge of this type. */
  double typeFactor() {
    return switch (type) {
      case "derived_from" -> 1.0;
      case "part_of" -> 0.9;
      default -> 0.6; // related_to
    };
  }
}
