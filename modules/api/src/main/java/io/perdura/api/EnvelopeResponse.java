package io.perdura.api;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.function.IntFunction;

/**
 * Keeps the container from answering in its own way: its error pages become the envelope, and the
 * content type of JSON is spelled as clients compare it. And it lets no byte leave before the call
 * has its row in the audit trail.
 */
final class EnvelopeResponse extends HttpServletResponseWrapper {
  private final IntFunction<Problem> leaving;
  private ServletOutputStream stream;
  private boolean left;
  private boolean replaced;

  /**
   * @param leaving asked once, with the status, before the answer leaves; what it returns is
   *     answered instead
   */
  EnvelopeResponse(HttpServletResponse response, IntFunction<Problem> leaving) {
    super(response);
    this.leaving = leaving;
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
  public ServletOutputStream getOutputStream() throws IOException {
    if (stream == null) {
      stream = new LeavingStream(super.getOutputStream(), this::leave);
    }
    return stream;
  }

  @Override
  public PrintWriter getWriter() throws IOException {
    return leave() ? super.getWriter() : new PrintWriter(PrintWriter.nullWriter());
  }

  @Override
  public void flushBuffer() throws IOException {
    if (leave()) {
      super.flushBuffer();
    }
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

  /** Sees to the row of an answer without a body. */
  void end() throws IOException {
    leave();
  }

  /** Returns whether the answer may leave; otherwise another one already has. */
  private boolean leave() throws IOException {
    if (!left) {
      left = true;
      Problem instead = leaving.apply(getStatus());
      if (instead != null) {
        replaced = true;
        Answers.send(instead, (HttpServletResponse) getResponse());
      }
    }
    return !replaced;
  }

  private static String spelled(String type) {
    return type != null && type.startsWith("application/json") ? Answers.JSON : type;
  }
}
