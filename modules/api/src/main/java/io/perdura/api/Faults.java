package io.perdura.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;

/** Turns whatever a resource throws into the error envelope. */
@Provider
public class Faults implements ExceptionMapper<Throwable> {
  @Context private HttpServletRequest request;

  @Override
  public Response toResponse(Throwable cause) {
    Exchange exchange = Exchange.of(request);
    return Answers.of(Problem.of(cause, exchange == null ? null : exchange.route()));
  }
}
