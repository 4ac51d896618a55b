package io.perdura.recall;

/**
 * What the edge knows about a request beside its body.
 *
 * @param inflightWaitMs milliseconds it waited at the in-flight gate
 * @param debugEmbeddingsAllowed whether this caller may see stored vectors
 * @param leavesNoTrace whether the recall audit leaves it out: a gate reads to judge the scope
 */
public record RecallOptions(
    long inflightWaitMs, boolean debugEmbeddingsAllowed, boolean leavesNoTrace) {
  /** Admitted at once, no debug embeddings. */
  public static final RecallOptions PLAIN = new RecallOptions(0, false, false);
}
