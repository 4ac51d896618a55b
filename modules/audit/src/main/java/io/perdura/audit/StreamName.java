package io.perdura.audit;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** Names of streams: the server's id and a part that no other start of it has. */
final class StreamName {
  private static final char MARK = '~';
  private static final int LONGEST_NODE = 80;

  private StreamName() {}

  static String of(String node, Instant now) {
    String safe = node.replaceAll("[^A-Za-z0-9._-]", "_");
    String shown = safe.length() <= LONGEST_NODE ? safe : safe.substring(0, LONGEST_NODE);
    int random = ThreadLocalRandom.current().nextInt(36 * 36, 36 * 36 * 36);
    return shown + MARK + Long.toString(now.toEpochMilli(), 36) + Integer.toString(random, 36);
  }

  static String node(String stream) {
    int mark = stream.lastIndexOf(MARK);
    return mark < 0 ? stream : stream.substring(0, mark);
  }
}
