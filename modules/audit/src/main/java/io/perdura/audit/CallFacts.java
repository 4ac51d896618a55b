package io.perdura.audit;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What is kept of a call for as long as the trail lasts: nothing that a caller wrote, nobody's
 * name.
 *
 * @param id of the call, the same however often its row is made
 * @param at when it arrived, by the clock of the server
 * @param call method and route, the route's parameters left open
 * @param commitId the commit that it made, null when none
 * @param changes changes of the control plane that it made, each as {@code VouchedChange}'s text
 * @param dropped how many calls this row stands for that have none of their own; 0 for a call
 */
public record CallFacts(
    UUID id,
    String chain,
    Instant at,
    String call,
    int status,
    double elapsedMs,
    String commitId,
    List<String> changes,
    long dropped) {

  /** A call. */
  public CallFacts(
      UUID id,
      String chain,
      Instant at,
      String call,
      int status,
      double elapsedMs,
      String commitId,
      List<String> changes) {
    this(id, chain, at, call, status, elapsedMs, commitId, changes, 0);
  }

  /** Calls without a row of their own. */
  static CallFacts dropped(long count, Instant at) {
    return new CallFacts(
        UUID.randomUUID(), Chains.ANONYMOUS, at, "not recorded", 0, 0, null, List.of(), count);
  }
}
