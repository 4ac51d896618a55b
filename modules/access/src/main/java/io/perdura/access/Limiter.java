package io.perdura.access;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The place of rate limits and tenant quotas in the order of checks: asked after identity and
 * before the in-flight gate.
 */
public interface Limiter {
  /** What is counted. */
  enum Category {
    RECALL,
    WRITE,
    DEBUG_EMBEDDINGS,
    RECALL_TEXT_EMBED;

    /** The name in error codes, keys of buckets and metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whose bucket refuses. */
  enum Party {
    CLIENT,
    TENANT;

    /** The name in keys of buckets and metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Who is counted.
   *
   * @param principal empty in auth mode off
   * @param tenantId the effective tenant of the request, as sent when there is no principal
   */
  record Caller(
      Optional<Principal> principal, String tenantId, String clientAddress, boolean isAdmin) {}

  /**
   * Counts one request, for each category in order, against the client's bucket, then the tenant's;
   * may wait a little for a token. What was taken before a refusal stays taken.
   *
   * @throws io.perdura.kernel.ApiException 429 with retry-after
   */
  void charge(List<Category> categories, Caller caller);
}
