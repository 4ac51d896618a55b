package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TenantId;
import io.perdura.kernel.TextRules;
import java.util.Locale;
import java.util.UUID;

/**
 * The wish to erase a node, a session, a scope or a tenant.
 *
 * <p>A target that does not exist is no fault: it is erased again in vain, with counts of zero, and
 * gets its entry in the ledger, so that a backup that still holds it is covered. {@code reason} is
 * kept in the ledger for ever; it should name a case, never the content.
 */
public final class EraseRequest {
  /** What is erased. */
  public enum Kind {
    /** One node, named by {@code node_id} or {@code client_id}. */
    NODE,
    /** A session's topic and all of its events, named by {@code session_id}. */
    SESSION,
    /** Everything in a scope. {@code scope} is required: nobody erases the default by omission. */
    SCOPE,
    /** Every scope of a tenant. {@code tenant_id} is required. */
    TENANT;

    /** Returns the lower-case name used on the wire and in the ledger. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String label) {
      return valueOf(label.toUpperCase(Locale.ROOT));
    }
  }

  private static final int MAX_REASON_LENGTH = 1000;

  final Kind kind;
  final TenantId tenant;

  /** Null for a tenant. */
  final ScopeKey scope;

  /** Node id, session id, public scope or tenant. */
  final String target;

  final String actor;
  final String reason;

  private EraseRequest(Kind kind, Fields body, Settings settings) {
    this.kind = kind;
    boolean wholeTenant = kind == Kind.TENANT;
    String tenantId =
        wholeTenant ? body.string("tenant_id", 1, Integer.MAX_VALUE) : body.optString("tenant_id");
    String scopeName =
        switch (kind) {
          case TENANT -> null;
          case SCOPE -> body.string("scope", 1, Integer.MAX_VALUE);
          default -> body.optString("scope");
        };
    final UUID nodeId = kind == Kind.NODE ? body.optUuid("node_id") : null;
    final String clientId = kind == Kind.NODE ? clientId(body) : null;
    final String sessionId = kind == Kind.SESSION ? SessionFields.sessionId(body) : null;
    if (kind == Kind.NODE) {
      body.rule((nodeId == null) != (clientId == null), "must set either node_id or client_id");
    }
    String ownActor = Faults.storable("actor", body.optString("actor"));
    actor = ownActor == null ? "admin" : ownActor;
    reason = Faults.storable("reason", body.optString("reason", 1, MAX_REASON_LENGTH));
    body.throwIfInvalid();
    if (wholeTenant) {
      tenant = TenantId.of(tenantId);
      scope = null;
    } else {
      scope = ScopeKey.resolve(tenantId, scopeName, settings.defaults());
      tenant = scope.tenant();
    }
    target =
        switch (kind) {
          case NODE ->
              nodeId != null
                  ? nodeId.toString()
                  : PreparedNode.nodeId(scope.key(), clientId).toString();
          case SESSION -> sessionId;
          case SCOPE -> scope.scope();
          case TENANT -> tenant.value();
        };
  }

  private static String clientId(Fields body) {
    String sent = body.optString("client_id");
    String trimmed = TextRules.trimToNull(sent);
    if (sent != null && trimmed == null) {
      throw Faults.blank("client_id");
    }
    return Faults.storable("client_id", trimmed);
  }

  /**
   * Reads a request body: {@code tenant_id}, {@code scope}, what names the target, {@code actor}
   * (default {@code admin}) and {@code reason}.
   *
   * @throws io.perdura.kernel.ApiException 400 {@code invalid_request}, {@code invalid_tenant_id},
   *     {@code invalid_scope}, {@code blank_client_id} or {@code invalid_text}
   */
  public static EraseRequest read(Kind kind, JsonNode body, Settings settings) {
    return new EraseRequest(kind, Fields.of(body), settings);
  }

  /** The tenant whose memory is concerned. */
  public TenantId tenant() {
    return tenant;
  }
}
