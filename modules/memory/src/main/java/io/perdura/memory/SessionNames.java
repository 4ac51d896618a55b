package io.perdura.memory;

import io.perdura.kernel.AionisUri;
import java.util.UUID;

/** The client_ids by which sessions and their events are found (contract, section 6). */
final class SessionNames {
  private SessionNames() {}

  static String session(String sessionId) {
    return "session:" + AionisUri.encode(sessionId);
  }

  static String event(String sessionId, String eventId) {
    return eventPrefix(sessionId) + AionisUri.encode(eventId);
  }

  /** What the client_id of every event that was appended to a session starts with. */
  static String eventPrefix(String sessionId) {
    return "session_event:" + AionisUri.encode(sessionId) + ":";
  }

  /** The id of a session's topic. */
  static UUID node(String scopeKey, String sessionId) {
    return PreparedNode.nodeId(scopeKey, session(sessionId));
  }
}
