package io.perdura.access;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Lets administrators in: the single token, or a credential of its own for each (X-Admin-Token
 * carries either).
 *
 * <p>A credential is read from the database with each request, so its revocation holds from its
 * commit on. Only what looks like one is looked up: anything else is refused without a database.
 */
@ApplicationScoped
public class AdminGate {
  /** How each credential begins. */
  public static final String PREFIX = "padm_";

  private static final String NO_SUCH_TABLE = "42P01";

  /** Notes the use, once a minute. */
  private static final String LOOK_UP =
      """
      with found as (
        select id, role, tenants, last_used_at from control_admin_credentials
         where secret_hash = ? and status = 'active' and (expires_at is null or expires_at > now())
      ), noted as (
        update control_admin_credentials c set last_used_at = now() from found
         where c.id = found.id and (found.last_used_at is null or found.last_used_at < now() - interval '1 minute')
      )
      select id, role, tenants from found
      """;

  private final AdminToken token;
  private final Database database;

  /** For the container's proxy. */
  protected AdminGate() {
    this(null, null);
  }

  @Inject
  public AdminGate(AdminToken token, Database database) {
    this.token = token;
    this.database = database;
  }

  /**
   * Returns who presents that token.
   *
   * @param presented the X-Admin-Token header, null when absent
   * @throws ApiException 401 {@code unauthorized_admin}, 403 {@code forbidden_admin} when its role
   *     or tenants do not meet {@code need}, 503 {@code admin_not_configured}
   */
  public Admin admit(String presented, AdminNeed need) {
    if (token.isValid(presented)) {
      return Admin.TOKEN;
    }
    String credential = presented == null ? "" : TextRules.trim(presented);
    Admin admin =
        credential.startsWith(PREFIX) ? find(Hashes.sha256Hex(credential)).orElse(null) : null;
    if (admin == null) {
      token.require(presented);
      throw new IllegalStateException("an invalid token was let in");
    }
    if (!need.isMetBy(admin)) {
      throw forbidden(
          "needs role " + need.role().label() + (need.byTenant() ? "" : " in the whole service"));
    }
    return admin;
  }

  /** A refusal of somebody who is known and may not. */
  public static ApiException forbidden(String why) {
    return new ApiException(403, "forbidden_admin", why);
  }

  private Optional<Admin> find(String digest) {
    return database.statement("look up admin credential", connection -> find(connection, digest));
  }

  private static Optional<Admin> find(Connection connection, String digest) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOOK_UP)) {
      statement.setString(1, digest);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? Optional.of(admin(row)) : Optional.empty();
      }
    } catch (SQLException e) {
      if (NO_SUCH_TABLE.equals(e.getSQLState())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Admin admin(ResultSet row) throws SQLException {
    return new Admin(
        "credential:" + row.getString(1),
        AdminRole.of(row.getString(2)),
        tenants(row.getString(3)));
  }

  private static Set<String> tenants(String list) {
    if (list == null) {
      return null;
    }
    Set<String> tenants = new HashSet<>();
    Jsons.stored(list).forEach(tenant -> tenants.add(tenant.textValue()));
    return Set.copyOf(tenants);
  }
}
