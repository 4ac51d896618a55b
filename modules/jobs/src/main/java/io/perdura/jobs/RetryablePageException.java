package io.perdura.jobs;

/**
 * A page met something that passes: a provider that is away, a database that moves. The engine does
 * the page again after a pause, a limited number of times.
 */
public final class RetryablePageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RetryablePageException(String message, Throwable cause) {
    super(message, cause);
  }
}
