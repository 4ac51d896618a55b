package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.control.ControlSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * What HTTP and JSON cost on this server, with nothing else: parses the body and writes it back.
 * Benchmarks compare the service with it; offered only with PERDURA_BENCHMARK_ENDPOINTS=true.
 *
 * <p>With {@code ?bytes=<n>} the answer is a JSON document of about n bytes instead of the body.
 */
@WebServlet(Edge.BENCHMARK_PATH)
public class EchoServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int LARGEST = 16 * 1024 * 1024;

  @Inject private transient Settings settings;

  @Override
  protected void doPost(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!settings.get(ControlSettings.PERDURA_BENCHMARK_ENDPOINTS)) {
      Answers.send(Problem.notFound("POST", Edge.BENCHMARK_PATH), response);
      return;
    }
    JsonNode body = BodyReader.read(request);
    String wanted = request.getParameter("bytes");
    byte[] answer = wanted == null ? Answers.bytes(body) : filler(Integer.parseInt(wanted));
    response.setContentType(Answers.JSON);
    response.setContentLength(answer.length);
    response.getOutputStream().write(answer);
  }

  private static byte[] filler(int bytes) {
    int length = Math.clamp(bytes - "{\"filler\":\"\"}".length(), 0, LARGEST);
    return Answers.bytes(Jsons.object().put("filler", "x".repeat(length)));
  }
}
