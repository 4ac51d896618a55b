package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A page cannot be done, now or later, and the work goes on behind it. Its transaction is rolled
 * back; the state behind it and the count of what was skipped are stored.
 */
public final class SkippedPageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ObjectNode behind;
  private final long items;
  private final boolean last;

  /**
   * @param behind the state that the next page reads
   * @param items how many items are left out
   * @param last whether there is no next page
   * @param reason what is wrong with them
   */
  public SkippedPageException(ObjectNode behind, long items, boolean last, String reason) {
    super(reason);
    this.behind = behind;
    this.items = items;
    this.last = last;
  }

  ObjectNode behind() {
    return behind;
  }

  long items() {
    return items;
  }

  boolean isLast() {
    return last;
  }
}
