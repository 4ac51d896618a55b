package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.access.Principal;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The Model Context Protocol over HTTP ("streamable HTTP"), without sessions: each POST brings its
 * messages and takes their answers. The credential is checked here for the request, and again with
 * identity and limits by every call that a tool makes.
 */
@ApplicationScoped
@Path("/mcp")
public class McpResource {
  /** Messages of one request, where the revision has arrays of them. */
  static final int LARGEST_BATCH = 50;

  private final Admission admission;
  private final McpServer server;
  private final McpOrigins origins;

  /** For the container's proxy. */
  protected McpResource() {
    this.admission = null;
    this.server = null;
    this.origins = null;
  }

  @Inject
  public McpResource(Admission admission, McpServer server, Settings settings) {
    this.admission = admission;
    this.server = server;
    this.origins = new McpOrigins(settings);
  }

  @POST
  public Response post(@Context HttpServletRequest request) throws IOException {
    origins.require(request.getHeaders("origin"));
    McpForm form = McpForm.of(request.getHeaders("accept"));
    Exchange exchange = Exchange.of(request);
    admission.identify(exchange, request, Jsons.object());
    McpOptions options = McpOptions.of(request.getQueryString());
    boolean anonymous = isAnonymous(exchange.principal());
    McpCall call = new McpCall(request, options, anonymous, 0);

    JsonNode body;
    try {
      body = BodyReader.read(request);
    } catch (ApiException e) {
      if (e.status() != 400) {
        throw e;
      }
      return refusal(JsonRpc.error(null, JsonRpc.PARSE_ERROR, e.getMessage(), null));
    }
    McpHeaders headers = McpHeaders.of(request);
    McpServer.Answer refused = headers.refuseVersion(body);
    if (refused != null) {
      return refusal(refused.body());
    }
    exchange.messages(body instanceof ArrayNode messages ? messages.size() : 1);
    return body instanceof ArrayNode messages
        ? answerAll(messages, headers, call, form)
        : answerOne(body, headers, call, form);
  }

  private Response answerOne(JsonNode message, McpHeaders headers, McpCall call, McpForm form) {
    McpServer.Answer answer = server.answer(message, headers, call);
    if (answer.body() == null) {
      return Response.status(answer.status()).build();
    }
    return answer.status() == 200 && form == McpForm.EVENTS
        ? events(List.of(answer.body()))
        : Answers.json(answer.status(), answer.body());
  }

  private Response answerAll(ArrayNode messages, McpHeaders headers, McpCall call, McpForm form) {
    McpServer.Answer refused =
        McpServer.refuseBatch(messages, headers.effectiveVersion(), LARGEST_BATCH);
    if (refused != null) {
      return refusal(refused.body());
    }
    List<JsonNode> answers = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      McpServer.Answer answer =
          McpServer.standsAlone(message)
              ? McpServer.Answer.refusal(
                  JsonRpc.id(message), JsonRpc.INVALID_REQUEST, "initialize comes alone", null)
              : server.answer(message, headers, call.at(i + 1));
      if (answer.body() != null) {
        answers.add(answer.body());
      }
    }
    if (answers.isEmpty()) {
      return Response.status(Response.Status.ACCEPTED).build();
    }
    return form == McpForm.EVENTS
        ? events(answers)
        : Answers.json(200, Jsons.array().addAll(answers));
  }

  private static boolean isAnonymous(Optional<Principal> principal) {
    return principal
        .map(caller -> caller.agentId() == null && caller.teamId() == null)
        .orElse(true);
  }

  private static Response refusal(JsonNode error) {
    return Answers.json(400, error);
  }

  private static Response events(List<JsonNode> messages) {
    StringBuilder text = new StringBuilder();
    for (JsonNode message : messages) {
      text.append("event: message\ndata: ").append(Jsons.text(message)).append("\n\n");
    }
    return Response.ok(text.toString().getBytes(StandardCharsets.UTF_8))
        .header("content-type", "text/event-stream; charset=utf-8")
        .header("cache-control", "no-store")
        .header("x-accel-buffering", "no")
        .build();
  }
}
