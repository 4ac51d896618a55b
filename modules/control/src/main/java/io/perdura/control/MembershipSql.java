package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** Statements over cluster_members. */
final class MembershipSql {
  /** Rows of servers that died long ago; ids with a random part would pile up otherwise. */
  private static final String FORGET =
      "delete from cluster_members where heartbeat_at < now() - interval '1 day'";

  private static final String BEAT =
      """
      with known as (
        select heartbeat_at > now() - make_interval(secs => ?) as alive from cluster_members where id = ?
      ), renewed as (
        insert into cluster_members as m (id, role, version, host, http_port, schema_version, state)
        values (?, ?, ?, ?, ?, ?, ?)
        on conflict (id) do update
          set role = excluded.role, version = excluded.version, host = excluded.host, http_port = excluded.http_port,
              schema_version = excluded.schema_version, state = excluded.state, heartbeat_at = now(),
              started_at = case when ? then now() else m.started_at end
        returning 1
      )
      select coalesce((select alive from known), false) from renewed
      """;

  private static final String LIVE =
      """
      select id, role, version, host, http_port, schema_version, state,
             to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
             extract(epoch from now() - heartbeat_at)
        from cluster_members
       where heartbeat_at > now() - make_interval(secs => ?)
       order by started_at, id
      """;

  private static final String SERVING =
      """
      select count(*) from cluster_members
       where role <> 'worker' and heartbeat_at > now() - make_interval(secs => ?)
      """;

  private MembershipSql() {}

  /**
   * Renews or creates the row; returns whether a live row of that id was there before.
   *
   * @param starting true for the first beat of a process
   */
  static boolean beat(
      Connection connection, Member member, String state, boolean starting, int deadAfterSeconds)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BEAT)) {
      statement.setQueryTimeout(Membership.INTERVAL_SECONDS);
      statement.setDouble(1, deadAfterSeconds);
      statement.setString(2, member.id());
      statement.setString(3, member.id());
      statement.setString(4, member.role());
      statement.setString(5, member.version());
      statement.setString(6, member.host());
      statement.setObject(7, member.httpPort(), Types.INTEGER);
      statement.setString(8, member.schemaVersion());
      statement.setString(9, state);
      statement.setBoolean(10, starting);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  static void remove(Connection connection, String id) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("delete from cluster_members where id = ?")) {
      statement.setQueryTimeout(Membership.INTERVAL_SECONDS);
      statement.setString(1, id);
      statement.executeUpdate();
    }
  }

  static int forget(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
      return statement.executeUpdate();
    }
  }

  static int serving(Connection connection, int deadAfterSeconds) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SERVING)) {
      statement.setQueryTimeout(Membership.INTERVAL_SECONDS);
      statement.setDouble(1, deadAfterSeconds);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  static List<JsonNode> live(Connection connection, int deadAfterSeconds) throws SQLException {
    List<JsonNode> members = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(LIVE)) {
      statement.setDouble(1, deadAfterSeconds);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          ObjectNode member = Jsons.object();
          member.put("id", row.getString(1)).put("role", row.getString(2));
          member.put("version", row.getString(3)).put("host", row.getString(4));
          member.put("http_port", (Integer) row.getObject(5));
          member.put("schema_version", row.getString(6)).put("state", row.getString(7));
          member.put("started_at", row.getString(8));
          member.put("heartbeat_age_ms", Math.max(0, Math.round(row.getDouble(9) * 1000)));
          members.add(member);
        }
      }
    }
    return members;
  }
}
