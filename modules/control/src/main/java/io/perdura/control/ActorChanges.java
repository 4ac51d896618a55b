package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.jobs.ChangeLog;
import java.sql.Connection;
import java.sql.SQLException;

/** Writes what an administrator changes in other rooms down as events of the control plane. */
public record ActorChanges(Actor actor) implements ChangeLog {
  @Override
  public void record(Connection connection, String action, String type, String id, JsonNode details)
      throws SQLException {
    AuditEvent.of(actor, action, type, id, null, details).insert(connection);
  }

  /** The administrator's name, as audit events show it. */
  public String name() {
    return actor.name();
  }
}
