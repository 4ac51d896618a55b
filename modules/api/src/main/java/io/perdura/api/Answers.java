package io.perdura.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Answers in JSON. */
final class Answers {
  static final String JSON = "application/json; charset=utf-8";

  private Answers() {}

  static Response json(int status, JsonNode body) {
    return Response.status(status).header("content-type", JSON).entity(bytes(body)).build();
  }

  static Response of(Problem problem) {
    Response.ResponseBuilder answer =
        Response.status(problem.status())
            .header("content-type", JSON)
            .entity(bytes(problem.body()));
    problem.retryAfterSeconds().ifPresent(seconds -> answer.header("retry-after", seconds));
    return answer.build();
  }

  /** Writes an error answer where no resource was reached. */
  static void send(Problem problem, HttpServletResponse response) throws IOException {
    byte[] body = bytes(problem.body());
    response.setStatus(problem.status());
    response.setContentType(JSON);
    response.setContentLength(body.length);
    problem
        .retryAfterSeconds()
        .ifPresent(seconds -> response.setHeader("retry-after", Integer.toString(seconds)));
    response.getOutputStream().write(body);
  }

  static byte[] bytes(JsonNode body) {
    try {
      return Jsons.MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree can always be written", e);
    }
  }
}
