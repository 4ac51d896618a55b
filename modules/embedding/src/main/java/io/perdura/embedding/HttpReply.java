package io.perdura.embedding;

import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/** A provider's answer, whatever its status below 500. */
final class HttpReply {
  private static final int EXCERPT_BYTES = 2048;

  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  HttpReply(int status, HttpHeaders headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  int status() {
    return status;
  }

  HttpHeaders headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  /** Returns at most 2048 bytes of the body, for the log. */
  String excerpt() {
    return new String(body, 0, Math.min(body.length, EXCERPT_BYTES), StandardCharsets.UTF_8);
  }
}
