package io.perdura.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Rows of Idempotency-Keys. The row is inserted first: a concurrent request with the same key waits
 * in that insert, inside its deadline, until the first one commits or rolls back.
 */
final class OnceStore {
  private static final String CLAIM =
      """
      insert into idempotency_keys as k (tenant, principal, route, key, body_sha256, expires_at)
      values (?, ?, ?, ?, ?, now() + interval '24 hours')
      on conflict (tenant, principal, route, key) do update
        set body_sha256 = excluded.body_sha256, response = null, created_at = now(), expires_at = excluded.expires_at
        where k.expires_at <= now()
      """;

  private static final String FIND =
      "select body_sha256, response::text from idempotency_keys where tenant = ? and principal = ? and route = ? and key = ?";

  private static final String STORE =
      "update idempotency_keys set response = ?::json where tenant = ? and principal = ? and route = ? and key = ?";

  private OnceStore() {}

  static Once.Answer run(Tx tx, Once once, Database.Work<Tx, JsonNode> work) throws SQLException {
    if (!claim(tx, once)) {
      return new Once.Answer(stored(tx, once), true);
    }
    JsonNode body = work.run(tx);
    try (PreparedStatement statement = tx.connection().prepareStatement(STORE)) {
      statement.setString(1, Jsons.text(body));
      bindKey(statement, 2, once);
      statement.executeUpdate();
    }
    return new Once.Answer(body, false);
  }

  private static boolean claim(Tx tx, Once once) throws SQLException {
    try (PreparedStatement statement = tx.connection().prepareStatement(CLAIM)) {
      statement.setQueryTimeout((int) Math.max(1, Deadline.current().remaining().toSeconds()));
      bindKey(statement, 1, once);
      statement.setString(5, once.bodySha256());
      return statement.executeUpdate() == 1;
    } catch (SQLException e) {
      if (SqlStates.isTimeout(e)) {
        throw new ApiException(
            409,
            "idempotency_key_in_flight",
            "the first request with this Idempotency-Key is still running",
            null,
            1);
      }
      throw e;
    }
  }

  /** Returns the stored answer of a key that is still valid; empty when it was never used. */
  static Optional<Once.Answer> peek(Connection connection, Once once) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(FIND + " and expires_at > now()")) {
      bindKey(statement, 1, once);
      try (ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(new Once.Answer(answer(row, once), true))
            : Optional.empty();
      }
    }
  }

  private static JsonNode stored(Tx tx, Once once) throws SQLException {
    try (PreparedStatement statement = tx.connection().prepareStatement(FIND)) {
      bindKey(statement, 1, once);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw reused();
        }
        return answer(row, once);
      }
    }
  }

  private static JsonNode answer(ResultSet row, Once once) throws SQLException {
    if (!row.getString(1).equals(once.bodySha256())) {
      throw reused();
    }
    String response = row.getString(2);
    if (response == null) {
      // Key and answer commit together; only an erasure takes the answer away again.
      throw new ApiException(
          410, "erased", "what the first request with this Idempotency-Key wrote was erased since");
    }
    return Jsons.stored(response);
  }

  private static ApiException reused() {
    return new ApiException(
        409,
        "idempotency_key_reused",
        "this Idempotency-Key was used with another body; send a new key for a new request");
  }

  private static void bindKey(PreparedStatement statement, int from, Once once)
      throws SQLException {
    statement.setString(from, once.tenant());
    statement.setString(from + 1, once.principal());
    statement.setString(from + 2, once.route());
    statement.setString(from + 3, once.key());
  }
}
