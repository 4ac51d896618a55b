package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/** The revisions of the Model Context Protocol that are spoken here. */
final class McpVersions {
  /** What a client is taken for that names no revision when it introduces itself. */
  static final String OLDEST = "2024-11-05";

  /** What a request is taken for that carries no header: revisions before it had none. */
  static final String BEFORE_HEADER = "2025-03-26";

  /** Revisions that begin with an {@code initialize} handshake, newest first. */
  static final List<String> HANDSHAKE = List.of("2025-11-25", "2025-06-18", BEFORE_HEADER, OLDEST);

  /** Revisions without handshake: each request says its revision itself. */
  static final List<String> PER_REQUEST = List.of("2026-07-28");

  static final List<String> ALL = Stream.concat(PER_REQUEST.stream(), HANDSHAKE.stream()).toList();

  private McpVersions() {}

  /** Returns what {@code initialize} answers to a client that asked for {@code wanted}. */
  static String negotiated(JsonNode wanted) {
    if (!wanted.isTextual()) {
      return OLDEST;
    }
    return HANDSHAKE.contains(wanted.textValue()) ? wanted.textValue() : HANDSHAKE.getFirst();
  }

  /** Tells whether several messages may come as one array. */
  static boolean hasBatches(String version) {
    return version.equals(OLDEST) || version.equals(BEFORE_HEADER);
  }
}
