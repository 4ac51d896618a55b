package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.memory.ConsistencyService;
import io.perdura.memory.EraseRequest;
import io.perdura.memory.EraseService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Locale;

/** Deletion with proof; opened by the admin token. */
@ApplicationScoped
@Path("/v1/admin")
public class EraseResource {
  private final Calls calls;
  private final Settings settings;
  private final EraseService erasures;
  private final ConsistencyService consistency;

  /** For the container's proxy. */
  protected EraseResource() {
    this(null, null, null, null);
  }

  @Inject
  public EraseResource(
      Calls calls, Settings settings, EraseService erasures, ConsistencyService consistency) {
    this.calls = calls;
    this.settings = settings;
    this.erasures = erasures;
    this.consistency = consistency;
  }

  @POST
  @Path("erase/node")
  public Response node(@Context HttpServletRequest request) throws IOException {
    return erase(request, EraseRequest.Kind.NODE);
  }

  @POST
  @Path("erase/session")
  public Response session(@Context HttpServletRequest request) throws IOException {
    return erase(request, EraseRequest.Kind.SESSION);
  }

  @POST
  @Path("erase/scope")
  public Response scope(@Context HttpServletRequest request) throws IOException {
    return erase(request, EraseRequest.Kind.SCOPE);
  }

  @POST
  @Path("erase/tenant")
  public Response tenant(@Context HttpServletRequest request) throws IOException {
    return erase(request, EraseRequest.Kind.TENANT);
  }

  /** What is left of a target; {@code kind} says which of the four it is. */
  @POST
  @Path("erase/residue")
  public Response residue(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> EraseRequest.read(kind(body), body, settings),
        (target, call) -> Call.fresh(consistency.residue(target)));
  }

  /** The ledger: identifiers and counts, to be kept apart from backups. */
  @GET
  @Path("erase/ledger")
  public Response ledger(@Context HttpServletRequest request) {
    return calls.get(
        request,
        query -> query,
        (query, call) -> {
          ObjectNode answer = Jsons.object().put("ok", true);
          answer.set("ledger", erasures.exportLedger());
          return answer;
        });
  }

  /** Applies the ledger again after a restore, with the entries of an exported one if given. */
  @POST
  @Path("erase/replay")
  public Response replay(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        LedgerEntries::read,
        (exported, call) -> {
          int open = exported.isEmpty() ? erasures.replayLedger() : erasures.replayLedger(exported);
          return Call.fresh(
              Jsons.object().put("ok", true).put("complete", open == 0).put("unfinished", open));
        });
  }

  /** Recomputes the hashes of a scope's commits. */
  @POST
  @Path("chain/verify")
  public Response verify(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request, this::scopeOf, (scope, call) -> Call.fresh(consistency.verifyChain(scope)));
  }

  private Response erase(HttpServletRequest request, EraseRequest.Kind kind) throws IOException {
    return calls.post(
        request,
        body -> EraseRequest.read(kind, body, settings),
        (target, call) -> erasures.erase(target, call.once()));
  }

  private static EraseRequest.Kind kind(JsonNode body) {
    Fields fields = Fields.of(body);
    String kind = fields.enumeration("kind", LedgerEntries.KINDS);
    fields.throwIfInvalid();
    return EraseRequest.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
  }

  private ScopeKey scopeOf(JsonNode body) {
    Fields fields = Fields.of(body);
    String tenant = fields.optString("tenant_id");
    String scope = fields.optString("scope");
    fields.throwIfInvalid();
    return ScopeKey.resolve(tenant, scope, settings.defaults());
  }
}
