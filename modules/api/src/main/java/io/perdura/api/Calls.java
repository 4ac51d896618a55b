package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.AdminToken;
import io.perdura.access.InflightGate;
import io.perdura.access.InflightGates;
import io.perdura.kernel.LogContext;
import io.perdura.kernel.Once;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The one order of checks, for every route (contract, sections 1.8 and 4.6): body, credential,
 * identity, limits, in-flight gate, validation; recall validates before limits are charged. Only
 * then the service is called.
 *
 * <p>Unlike the reference, nothing is told before authentication: neither a missing embedding
 * provider nor a disabled capability (quirk Q30).
 */
@ApplicationScoped
public class Calls {
  private final Admission admission;
  private final InflightGates gates;
  private final AdminToken adminToken;

  /** For the container's proxy. */
  protected Calls() {
    this(null, null, null);
  }

  @Inject
  Calls(Admission admission, InflightGates gates, AdminToken adminToken) {
    this.admission = admission;
    this.gates = gates;
    this.adminToken = adminToken;
  }

  /**
   * Answers a request with a JSON body.
   *
   * @param reader validates the body, identity already filled in
   * @param service does the work
   * @throws IOException when the client went away
   */
  <T> Response post(
      HttpServletRequest request,
      Function<JsonNode, T> reader,
      BiFunction<T, Call, Once.Answer> service)
      throws IOException {
    Exchange exchange = Exchange.of(request);
    JsonNode body = BodyReader.read(request);
    admission.identify(exchange, request, body);
    return run(exchange, request, body, () -> reader.apply(body), service);
  }

  /** Answers a request whose fields are in its query. */
  <T> Response get(
      HttpServletRequest request,
      Function<Map<String, List<String>>, T> reader,
      BiFunction<T, Call, JsonNode> service) {
    Exchange exchange = Exchange.of(request);
    Map<String, List<String>> query = Query.parse(request.getQueryString());
    admission.identify(exchange, request, query);
    return run(
        exchange,
        request,
        null,
        () -> reader.apply(query),
        (input, call) -> Call.fresh(service.apply(input, call)));
  }

  private <T> Response run(
      Exchange exchange,
      HttpServletRequest request,
      JsonNode body,
      Supplier<T> reader,
      BiFunction<T, Call, Once.Answer> service) {
    Route route = exchange.route();
    T early = route.validatedFirst() ? reader.get() : null;
    boolean wantsEmbeddings = asksForEmbeddings(body);
    admission.charge(exchange, request, wantsEmbeddings);
    InflightGate.Permit permit = route.gated() ? gates.of(route.work()).enter() : null;
    try {
      Once once = IdempotencyKey.of(exchange, request, body);
      T input = route.validatedFirst() ? early : reader.get();
      boolean debug =
          wantsEmbeddings
              && adminToken.allowsDebugEmbeddings(
                  request.getHeader("x-admin-token"), admission.clientAddress(request));
      long waited = permit == null ? 0 : permit.waitMs();
      return answer(
          route,
          service.apply(
              input, new Call(exchange.principal(), once, waited, debug, exchange.isProbe())));
    } finally {
      if (permit != null) {
        permit.close();
      }
    }
  }

  private static Response answer(Route route, Once.Answer answer) {
    JsonNode commit = answer.body().get("commit_id");
    if (commit != null && commit.isTextual()) {
      LogContext.commitId(commit.textValue());
    }
    Response.ResponseBuilder response =
        Response.status(route.success())
            .entity(Answers.bytes(answer.body()))
            .header("content-type", Answers.JSON);
    if (answer.replayed()) {
      response.header(IdempotencyKey.REPLAYED, "true");
    }
    return response.build();
  }

  private static boolean asksForEmbeddings(JsonNode body) {
    return body instanceof ObjectNode fields
        && fields.path("return_debug").booleanValue()
        && fields.path("include_embeddings").booleanValue();
  }
}
