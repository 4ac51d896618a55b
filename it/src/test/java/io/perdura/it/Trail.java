package io.perdura.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The audit trail as it stands in a database, rows that wait to be linked included. */
final class Trail {
  private static final String ALL =
      """
      (select chain, entry, personal, true as linked, recorded_at from audit_chain
       union all select chain, entry, personal, false, recorded_at from audit_inbox) t
      """;

  private final TestDatabase database;

  Trail(TestDatabase database) {
    this.database = database;
  }

  /** A row of a call. */
  record Row(String chain, JsonNode entry, JsonNode personal, boolean linked, double ageSeconds) {
    String requestId() {
      return personal.get("request_id").textValue();
    }
  }

  /** The rows of all calls whose request id begins so. */
  List<Row> rows(String requestId) {
    String sql =
        "select chain, entry, personal, linked, extract(epoch from now() - recorded_at) from "
            + ALL
            + " where starts_with(personal::jsonb ->> 'request_id', ?)";
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, requestId);
      List<Row> rows = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(
              new Row(
                  row.getString(1),
                  Jsons.stored(row.getString(2)),
                  Jsons.stored(row.getString(3)),
                  row.getBoolean(4),
                  row.getDouble(5)));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean isLinked(String requestId) {
    return rows(requestId).stream().anyMatch(Row::linked);
  }

  /** Counts rows that have {@code text} anywhere. */
  int mentions(String text) {
    String sql =
        "select count(*) from " + ALL + " where position(? in concat(chain, entry, personal)) > 0";
    try (Connection connection = database.dataSource().getConnection();
        PreparedStatement select = connection.prepareStatement(sql)) {
      select.setString(1, text);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
