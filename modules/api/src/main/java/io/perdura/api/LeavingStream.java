package io.perdura.api;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/**
 * The body of an answer; asks before its first byte leaves, and swallows it when the answer is no.
 */
final class LeavingStream extends ServletOutputStream {
  private final ServletOutputStream out;
  private final Leave leave;

  /** Asked before each write; cheap after the first time. */
  @FunctionalInterface
  interface Leave {
    boolean may() throws IOException;
  }

  LeavingStream(ServletOutputStream out, Leave leave) {
    this.out = out;
    this.leave = leave;
  }

  @Override
  public void write(int value) throws IOException {
    if (leave.may()) {
      out.write(value);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    if (leave.may()) {
      out.write(bytes, from, length);
    }
  }

  @Override
  public void flush() throws IOException {
    leave.may();
    out.flush();
  }

  @Override
  public void close() throws IOException {
    leave.may();
    out.close();
  }

  @Override
  public boolean isReady() {
    return out.isReady();
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    out.setWriteListener(listener);
  }
}
