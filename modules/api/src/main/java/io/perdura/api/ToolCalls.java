package io.perdura.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.AionisUri;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.LogContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Makes tool calls as requests to the routes that they wrap, inside this server: every one passes
 * the same checks, limits and counts as over HTTP.
 */
@ApplicationScoped
class ToolCalls implements ToolPort {
  private final Edge edge;
  private final Map<Route, Endpoint> endpoints;

  /** A resource's method. */
  @FunctionalInterface
  interface Endpoint {
    Response answer(HttpServletRequest request) throws IOException;
  }

  /** For the container's proxy. */
  protected ToolCalls() {
    this.edge = null;
    this.endpoints = Map.of();
  }

  @Inject
  ToolCalls(
      Edge edge,
      MemoryResource memory,
      RecallResource recall,
      SessionResource sessions,
      LifecycleResource lifecycle,
      PolicyResource policy,
      PlanningResource planning) {
    this(
        edge,
        Map.of(
            Routes.WRITE, memory::write,
            Routes.FIND, memory::find,
            Routes.RECALL_TEXT, recall::recallText,
            Routes.EVENTS, sessions::append,
            Routes.SESSION_EVENTS, sessions::events,
            Routes.ACTIVATE, lifecycle::activate,
            Routes.PLANNING_CONTEXT, planning::context,
            Routes.TOOLS_SELECT, policy::select,
            Routes.TOOLS_FEEDBACK, policy::toolFeedback));
  }

  ToolCalls(Edge edge, Map<Route, Endpoint> endpoints) {
    this.edge = edge;
    this.endpoints = endpoints;
  }

  @Override
  public Answer call(McpTool tool, ObjectNode body, McpCall call) {
    long start = System.nanoTime();
    Route route = tool.route();
    Exchange outer = Exchange.of(call.request());
    String path = path(route, body);
    HttpServletRequest inner = request(route, body, call);
    Exchange exchange = new Exchange(outer.requestId(), route, path, start);
    exchange.attach(inner);
    // One request may bring several calls: each names the commit that it made itself.
    LogContext.commitId(null);
    CallRecord record = edge.audit().begin(exchange, inner);
    int status = 500;
    try {
      Answer answer = answer(endpoints.get(route), inner, route);
      Problem unrecorded = edge.audit().leaving(exchange, inner, record, answer.status());
      if (unrecorded != null) {
        answer = new Answer(unrecorded.status(), unrecorded.body());
      } else {
        outer.messageRecorded();
      }
      status = answer.status();
      return answer;
    } finally {
      CallRecord.close();
      edge.completed(exchange, status);
    }
  }

  private static Answer answer(Endpoint endpoint, HttpServletRequest inner, Route route) {
    try (Response response = endpoint.answer(inner)) {
      String body = new String((byte[]) response.getEntity(), StandardCharsets.UTF_8);
      return new Answer(response.getStatus(), Jsons.stored(body));
    } catch (IOException | RuntimeException e) {
      Problem problem = Problem.of(e, route);
      return new Answer(problem.status(), problem.body());
    }
  }

  private static HttpServletRequest request(Route route, ObjectNode body, McpCall call) {
    Map<String, String> headers = idempotencyKey(call);
    return route.method().equals("GET")
        ? InnerRequest.get(call.request(), route, query(body), headers)
        : InnerRequest.post(call.request(), route, body, headers);
  }

  /** A key of the whole request is one for each of its calls. */
  private static Map<String, String> idempotencyKey(McpCall call) {
    String key = call.request().getHeader("idempotency-key");
    return key == null || call.index() == 0
        ? Map.of()
        : Map.of("idempotency-key", key + ":" + call.index());
  }

  private static String path(Route route, ObjectNode body) {
    if (!route.hasParameter()) {
      return route.path();
    }
    String name = route.path().substring(route.path().indexOf('{') + 1, route.path().indexOf('}'));
    String segment = encoded(body.remove(name).asText());
    return route.path().replace("{" + name + "}", segment);
  }

  private static String query(ObjectNode fields) {
    StringJoiner query = new StringJoiner("&");
    fields
        .properties()
        .forEach(field -> query.add(field.getKey() + "=" + encoded(field.getValue().asText())));
    return query.toString();
  }

  private static String encoded(String text) {
    return AionisUri.encode(text);
  }
}
