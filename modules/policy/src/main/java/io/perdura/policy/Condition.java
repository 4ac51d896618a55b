package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;

/** A compiled pattern. */
@FunctionalInterface
interface Condition {
  /** Matches whatever there is, or is not. */
  Condition ALWAYS = value -> true;

  /** Matches nothing. */
  Condition NEVER = value -> false;

  /**
   * Tells whether the pattern matches.
   *
   * @param value null when there is none
   */
  boolean matches(JsonNode value);
}
