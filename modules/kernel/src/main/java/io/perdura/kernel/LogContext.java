package io.perdura.kernel;

import java.util.List;

/**
 * Facts about the work of the current thread that every log record carries as fields of its own:
 * {@code request_id}, {@code tenant}, {@code commit_id}.
 *
 * <p>The values belong to the thread. Whoever opens a context closes it, so that the next request
 * on a pooled thread starts empty; work handed to another thread does not take them along.
 */
public final class LogContext {
  public static final String REQUEST_ID = "request_id";
  public static final String TENANT = "tenant";
  public static final String COMMIT_ID = "commit_id";

  /** The names a log record may carry. */
  public static final List<String> NAMES = List.of(REQUEST_ID, TENANT, COMMIT_ID);

  private static final ThreadLocal<LogContext> CURRENT = new ThreadLocal<>();

  private final String requestId;
  private String tenant;
  private String commitId;

  private LogContext(String requestId) {
    this.requestId = requestId;
  }

  /** Starts the context of a request, or of a job's execution, on this thread. */
  public static Scope open(String requestId) {
    LogContext previous = CURRENT.get();
    CURRENT.set(new LogContext(requestId));
    return () -> {
      if (previous == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(previous);
      }
    };
  }

  /** Adds the tenant whose work this is; nothing happens outside a context. */
  public static void tenant(String tenant) {
    LogContext current = CURRENT.get();
    if (current != null) {
      current.tenant = tenant;
    }
  }

  /** Adds the commit that the work made; nothing happens outside a context. */
  public static void commitId(String commitId) {
    LogContext current = CURRENT.get();
    if (current != null) {
      current.commitId = commitId;
    }
  }

  /** Returns the value of one of {@link #NAMES} on this thread, null when there is none. */
  public static String get(String name) {
    LogContext current = CURRENT.get();
    if (current == null) {
      return null;
    }
    return switch (name) {
      case REQUEST_ID -> current.requestId;
      case TENANT -> current.tenant;
      case COMMIT_ID -> current.commitId;
      default -> null;
    };
  }

  /** Ends a context. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }
}
