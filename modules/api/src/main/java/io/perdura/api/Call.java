package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.access.Principal;
import io.perdura.kernel.Once;
import io.perdura.memory.WriteIdentity;
import io.perdura.recall.RecallOptions;
import java.util.Optional;

/**
 * An admitted request, as its service needs to know it.
 *
 * @param principal empty in auth mode off and for the admin
 * @param once the caller's wish that it happens at most once
 * @param gateWaitMs milliseconds it waited at the in-flight gate
 * @param debugEmbeddings whether the caller may see debug embeddings
 * @param probe whether a gate reads to judge, without leaving a trace in the scope
 */
record Call(
    Optional<Principal> principal,
    Once once,
    long gateWaitMs,
    boolean debugEmbeddings,
    boolean probe) {
  /** An answer that was made for this request alone. */
  static Once.Answer fresh(JsonNode body) {
    return new Once.Answer(body, false);
  }

  /** What recall is told beside the body. */
  RecallOptions recallOptions() {
    return new RecallOptions(gateWaitMs, debugEmbeddings, probe);
  }

  /**
   * Returns whose private nodes the caller may touch; null for one that speaks for its whole
   * tenant.
   */
  WriteIdentity identity() {
    return principal
        .filter(caller -> caller.agentId() != null || caller.teamId() != null)
        .map(caller -> new WriteIdentity(caller.agentId(), caller.teamId()))
        .orElse(null);
  }
}
