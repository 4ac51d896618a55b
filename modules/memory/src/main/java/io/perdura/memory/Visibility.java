package io.perdura.memory;

import io.perdura.kernel.Viewer;
import java.util.ArrayList;
import java.util.List;

/**
 * Who sees a node (contract, section 1.16): everybody in the shared lane, in the private lane its
 * owner agent and owner team. A private node without owner is seen by nobody.
 */
final class Visibility {
  private Visibility() {}

  /** Returns the SQL condition over the node {@code alias}; bind {@link #values} for it. */
  static String condition(String alias, Viewer viewer) {
    StringBuilder sql = new StringBuilder("(").append(alias).append(".memory_lane = 'shared'");
    if (viewer.agentId() != null) {
      sql.append(" or ").append(alias).append(".owner_agent_id = ?");
    }
    if (viewer.teamId() != null) {
      sql.append(" or ").append(alias).append(".owner_team_id = ?");
    }
    return sql.append(')').toString();
  }

  static List<String> values(Viewer viewer) {
    List<String> values = new ArrayList<>(2);
    if (viewer.agentId() != null) {
      values.add(viewer.agentId());
    }
    if (viewer.teamId() != null) {
      values.add(viewer.teamId());
    }
    return values;
  }
}
