package io.perdura.outbox;

/** Names of what can go wrong with an event. They choose the pause before the next attempt. */
public final class FailureClass {
  /** The other side answered that we ask too much (408, 425, 429). */
  public static final String THROTTLED = "throttled";

  /** The other side did not answer, or answered that it cannot work now (5xx, network). */
  public static final String UNAVAILABLE = "unavailable";

  /** The event or its data cannot be processed (400, 404, 413, 422, malformed payload). */
  public static final String BAD_DATA = "bad_data";

  /** The other side does not know us (401, 403): somebody has to repair the configuration. */
  public static final String REFUSED = "refused";

  /** Anything else, exceptions of a handler among it. */
  public static final String UNKNOWN = "unknown";

  /** The worker never reported an outcome before the last lease ended: it was killed or hung. */
  public static final String LEASE_EXPIRED = "lease_expired";

  private FailureClass() {}
}
