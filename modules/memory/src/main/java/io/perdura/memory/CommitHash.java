package io.perdura.memory;

import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;

/** The formulas of the commit chain (contract, section 3.4). */
final class CommitHash {
  private CommitHash() {}

  /** Hash of a write. {@code parentHash} is empty without a parent; versions may be null. */
  static String ofWrite(
      String parentHash, Preimage preimage, String modelVersion, String promptVersion) {
    return CanonicalJson.sha256Hex(
        Jsons.object()
            .put("parentHash", parentHash)
            .put("inputSha", preimage.inputSha)
            .put("diffSha", preimage.diffSha)
            .put("scope", preimage.scopeKey)
            .put("actor", preimage.actor)
            .put("model_version", modelVersion)
            .put("prompt_version", promptVersion));
  }

  /** Hash of a job's or a maintenance call's commit. */
  static String ofJob(String parentHash, Preimage preimage, String kind) {
    return CanonicalJson.sha256Hex(
        Jsons.object()
            .put("parentHash", parentHash)
            .put("inputSha", preimage.inputSha)
            .put("diffSha", preimage.diffSha)
            .put("scope", preimage.scopeKey)
            .put("actor", preimage.actor)
            .put("kind", kind));
  }

  /** Hash of a processed input text. */
  static String ofInput(String input) {
    return Hashes.sha256Hex(input);
  }

  /** What every kind of commit hashes. */
  record Preimage(String inputSha, String diffSha, String scopeKey, String actor) {}
}
