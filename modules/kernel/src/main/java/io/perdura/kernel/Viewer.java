package io.perdura.kernel;

/**
 * Who reads: the agent and team whose private rows are visible beside the shared lane (contract,
 * section 1.16).
 *
 * @param agentId consumer agent, null when none
 * @param teamId consumer team, null when none
 */
public record Viewer(String agentId, String teamId) {
  /** Sees the shared lane only. */
  public static final Viewer NOBODY = new Viewer(null, null);

  /** Trims both ids; a blank one counts as absent. */
  public static Viewer of(String agentId, String teamId) {
    return new Viewer(TextRules.trimToNull(agentId), TextRules.trimToNull(teamId));
  }
}
