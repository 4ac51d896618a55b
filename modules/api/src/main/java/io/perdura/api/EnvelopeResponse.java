package io.perdura.api;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/**
 * Keeps the container from answering in its own way: its error pages become the envelope, and the
 * content type of JSON is spelled as clients compare it.
 */
final class EnvelopeResponse extends HttpServletResponseWrapper {
  EnvelopeResponse(HttpServletResponse response) {
    super(response);
  }

  @Override
  public void setContentType(String type) {
    super.setContentType(spelled(type));
  }

  @Override
  public void setHeader(String name, String value) {
    super.setHeader(name, name.equalsIgnoreCase("content-type") ? spelled(value) : value);
  }

  @Override
  public void addHeader(String name, String value) {
    super.addHeader(name, name.equalsIgnoreCase("content-type") ? spelled(value) : value);
  }

  @Override
  public void sendError(int status) throws IOException {
    sendError(status, null);
  }

  @Override
  public void sendError(int status, String message) throws IOException {
    if (isCommitted()) {
      return;
    }
    resetBuffer();
    Answers.send(status >= 500 ? Problem.internal() : Problem.refused(status), this);
  }

  private static String spelled(String type) {
    return type != null && type.startsWith("application/json") ? Answers.JSON : type;
  }
}
