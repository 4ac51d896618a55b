package io.perdura.api;

import io.perdura.kernel.AionisUri;
import io.perdura.kernel.CallRecord;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.LogContext;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;

/**
 * Stands before everything: request id, browser rules, the routes that exist, the request's
 * deadline, its row in the audit trail, and what is kept of it afterwards.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = false)
public class EdgeFilter implements Filter {
  @Inject private Edge edge;

  @Override
  public void doFilter(ServletRequest in, ServletResponse out, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest request = (HttpServletRequest) in;
    HttpServletResponse response = (HttpServletResponse) out;
    String path = request.getRequestURI();
    if (edge.isBenchmark(path)) {
      chain.doFilter(request, response);
      return;
    }
    long start = System.nanoTime();
    String requestId = requestId(request);
    response.setHeader("x-request-id", requestId);
    SecurityHeaders.apply(request, response);
    edge.cors().apply(request, response);
    if (request.getMethod().equals("OPTIONS")) {
      response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      return;
    }
    if (path.indexOf('%') >= 0 && AionisUri.decode(path) == null) {
      Answers.send(Problem.badPath(path), response);
      return;
    }
    Route route = Routes.find(request.getMethod(), path);
    if (route == null) {
      refuse(request.getMethod(), path, response);
      return;
    }
    LogContext.Scope log = LogContext.open(requestId);
    Deadline.Scope deadline = Deadline.start(edge.budget());
    try {
      serve(new Exchange(requestId, route, path, start), request, response, chain);
    } finally {
      deadline.close();
      log.close();
    }
  }

  private void serve(
      Exchange exchange,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException {
    exchange.attach(request);
    CallRecord record = edge.audit().begin(exchange, request);
    EnvelopeResponse answer =
        new EnvelopeResponse(
            response, status -> edge.audit().leaving(exchange, request, record, status));
    try {
      chain.doFilter(UndemandingRequest.of(request), answer);
      answer.end();
    } catch (ServletException | RuntimeException e) {
      Throwable cause = e instanceof ServletException && e.getCause() != null ? e.getCause() : e;
      if (response.isCommitted()) {
        throw new IOException("the answer broke off", cause);
      }
      Answers.send(Problem.of(cause, exchange.route()), answer);
    } finally {
      CallRecord.close();
      edge.completed(exchange, response.getStatus());
    }
  }

  private static void refuse(String method, String path, HttpServletResponse response)
      throws IOException {
    if (path.equals(Routes.MCP.path())) {
      // MCP asks for 405 where a server offers neither a stream of its own nor sessions.
      response.setHeader("allow", "POST, OPTIONS");
      Answers.send(Problem.methodNotAllowed(method), response);
    } else {
      Answers.send(Problem.notFound(method, path), response);
    }
  }

  private static String requestId(HttpServletRequest request) {
    String verbatim = request.getHeader("request-id");
    if (verbatim != null && !verbatim.isEmpty()) {
      return verbatim;
    }
    String ours = request.getHeader("x-request-id");
    String trimmed = ours == null ? "" : ours.trim();
    return trimmed.isEmpty() ? UUID.randomUUID().toString() : trimmed;
  }
}
