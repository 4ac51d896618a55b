package io.perdura.api;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;

/**
 * Answers in the envelope what the container refuses before our filter sees it; reached by error
 * dispatch only (see web.xml).
 */
@WebServlet("/.error")
public class ErrorPage extends HttpServlet {
  private static final long serialVersionUID = 1L;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    Object path = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
    if (!response.containsHeader("x-request-id")) {
      response.setHeader("x-request-id", UUID.randomUUID().toString());
    }
    SecurityHeaders.apply(request, response);
    Answers.send(
        problem(status instanceof Integer code ? code : 404, request.getMethod(), "" + path),
        response);
  }

  private static Problem problem(int status, String method, String path) {
    if (status == HttpServletResponse.SC_NOT_FOUND) {
      return Problem.notFound(method, path);
    }
    return status >= 500 ? Problem.internal() : Problem.refused(status);
  }
}
