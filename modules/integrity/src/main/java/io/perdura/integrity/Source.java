package io.perdura.integrity;

/**
 * Rows that one or more checks look at. Checks of one source are counted in one pass.
 *
 * @param name for messages
 * @param from what stands behind FROM, with {@code {names}} of parameters
 * @param where what stands behind WHERE
 * @param onlyIf condition over a node of {@link NodeChecks#NODES} without which the source has no
 *     rows; null = unknown. Counted with the nodes, it saves reading them again for nothing.
 */
record Source(String name, String from, String where, String onlyIf) {
  static Source of(String name, String from) {
    return new Source(name, from, "true", null);
  }

  static Source of(String name, String from, String where) {
    return new Source(name, from, where, null);
  }

  /** Rows that come from nodes for which {@code onlyIf} holds. */
  static Source ofSome(String name, String from, String onlyIf) {
    return new Source(name, from, "true", onlyIf);
  }
}
