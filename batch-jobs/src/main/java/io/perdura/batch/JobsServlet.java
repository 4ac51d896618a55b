package io.perdura.batch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.access.AdminToken;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import jakarta.batch.operations.BatchRuntimeException;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Jobs over HTTP, on the management port of a server with jobs and for the holder of the admin
 * token:
 *
 * <ul>
 *   <li>{@code GET /batch-jobs/jobs}: what can be started
 *   <li>{@code POST /batch-jobs/jobs/<name>} with the parameters as a JSON object: 202
 *   <li>{@code GET /batch-jobs/executions/<id>}: how it goes
 *   <li>{@code POST /batch-jobs/executions/<id>/stop}: 202; it ends after its chunk
 * </ul>
 */
@WebServlet({"/jobs", "/jobs/*", "/executions/*"})
public class JobsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = Logger.getLogger(JobsServlet.class.getName());
  private static final int LARGEST_BODY = 64 * 1024;

  @Inject private transient JobStarter starter;
  @Inject private transient AdminToken adminToken;

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    answer(request, response, () -> read(request));
  }

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    answer(request, response, () -> change(request, response));
  }

  private ObjectNode read(HttpServletRequest request) {
    String rest = rest(request);
    if (isJobs(request) && rest.isEmpty()) {
      return starter.catalog();
    }
    if (!isJobs(request)) {
      return starter.describe(execution(rest));
    }
    throw notFound();
  }

  private ObjectNode change(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String rest = rest(request);
    response.setStatus(HttpServletResponse.SC_ACCEPTED);
    if (isJobs(request) && !rest.isEmpty()) {
      return starter.describe(starter.start(rest, parameters(request)));
    }
    if (!isJobs(request) && rest.endsWith("/stop")) {
      long execution = execution(rest.substring(0, rest.length() - "/stop".length()));
      starter.stop(execution);
      return starter.describe(execution);
    }
    throw notFound();
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, Answer answer)
      throws IOException {
    ObjectNode body;
    try {
      adminToken.require(request.getHeader("X-Admin-Token"));
      body = answer.get();
    } catch (ApiException e) {
      response.setStatus(e.status());
      body = Jsons.object().put("error", e.code()).put("message", e.getMessage());
    } catch (BatchRuntimeException e) {
      LOG.log(Level.WARNING, "the job repository did not answer", e);
      response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      body =
          Jsons.object()
              .put("error", "job_repository_unavailable")
              .put("message", "the job repository cannot answer now; try again shortly");
    }
    response.setContentType("application/json");
    response.getOutputStream().write(Jsons.text(body).getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, String> parameters(HttpServletRequest request) throws IOException {
    byte[] body = request.getInputStream().readNBytes(LARGEST_BODY + 1);
    Map<String, String> parameters = new HashMap<>();
    if (body.length == 0) {
      return parameters;
    }
    for (Map.Entry<String, JsonNode> entry : object(body).properties()) {
      JsonNode value = entry.getValue();
      if (!value.isValueNode() || value.isNull()) {
        throw new ApiException(
            400, "invalid_parameters", entry.getKey() + " must be text, a number or a flag");
      }
      parameters.put(entry.getKey(), value.asText());
    }
    return parameters;
  }

  private static JsonNode object(byte[] body) throws IOException {
    ApiException refusal =
        new ApiException(400, "invalid_request", "the body must be a JSON object");
    if (body.length > LARGEST_BODY) {
      throw refusal;
    }
    try {
      JsonNode parsed = Jsons.MAPPER.readTree(body);
      if (parsed != null && parsed.isObject()) {
        return parsed;
      }
    } catch (JsonProcessingException e) {
      refusal.initCause(e);
    }
    throw refusal;
  }

  private static boolean isJobs(HttpServletRequest request) {
    return request.getServletPath().equals("/jobs");
  }

  /** What follows the servlet's path, without the slash. */
  private static String rest(HttpServletRequest request) {
    String path = request.getPathInfo();
    return path == null || path.equals("/") ? "" : path.substring(1);
  }

  private static long execution(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      ApiException notFound = notFound();
      notFound.initCause(e);
      throw notFound;
    }
  }

  private static ApiException notFound() {
    return new ApiException(404, "not_found", "there is nothing at this path");
  }

  @FunctionalInterface
  private interface Answer {
    ObjectNode get() throws IOException;
  }
}
