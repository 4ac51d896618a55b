package io.perdura.memory;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The statement of a search: one condition for each filter that is set. */
final class FindSql {
  private final StringBuilder where = new StringBuilder("n.scope = ?");
  private final List<Object> values = new ArrayList<>();
  private final FindRequest request;

  FindSql(FindRequest request) {
    this.request = request;
    values.add(request.scope.key());
    and("n.id = ?", request.id);
    if (request.clientId != null) {
      // The id of a node with a client_id follows from it: the primary key finds it.
      and("n.id = ?", PreparedNode.nodeId(request.scope.key(), request.clientId));
      and("n.client_id = ?", request.clientId);
    }
    and("n.type = ?", request.type);
    and("n.title ilike ?", pattern(request.titleContains));
    and("n.text_summary ilike ?", pattern(request.textContains));
    and("n.memory_lane = ?", request.memoryLane);
    if (request.slotsContains != null) {
      and("n.slots @> ?::jsonb", StoredJson.of("slots_contains", request.slotsContains));
    }
    where.append(" and ").append(Visibility.condition("n", request.viewer));
    values.addAll(Visibility.values(request.viewer));
  }

  private void and(String condition, Object value) {
    if (value != null) {
      where.append(" and ").append(condition);
      values.add(value);
    }
  }

  /** Text that contains {@code part}: its wildcards stand for themselves (quirk Q11). */
  private static String pattern(String part) {
    return part == null
        ? null
        : "%" + part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
  }

  String text() {
    boolean slots =
        request.view.slots()
            || request.view.slotsPreview()
            || request.type == null
            || request.type.equals("topic");
    return "select n.id, n.client_id, n.type, n.title, n.text_summary, "
        + (slots ? "n.slots::text" : "null")
        + " as slots"
        + (request.view.meta() ? ", " + NodeView.META_COLUMNS : "")
        + " from memory_nodes n where "
        + where
        + " order by n.created_at desc, n.id desc limit ? offset ?";
  }

  /** Binds the filters, and one row more than the page so that it shows whether there are more. */
  void bind(PreparedStatement select) throws SQLException {
    int i = 1;
    for (Object value : values) {
      if (value instanceof UUID id) {
        select.setObject(i++, id);
      } else {
        select.setString(i++, (String) value);
      }
    }
    select.setInt(i++, request.limit + 1);
    select.setInt(i, request.offset);
  }
}
