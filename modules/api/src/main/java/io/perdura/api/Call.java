package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Once;

/**
 * An admitted request, as its service needs to know it.
 *
 * @param once the caller's wish that it happens at most once
 * @param gateWaitMs milliseconds it waited at the in-flight gate
 * @param debugEmbeddings whether the caller may see debug embeddings
 */
record Call(Once once, long gateWaitMs, boolean debugEmbeddings) {
  /** An answer that was made for this request alone. */
  static Once.Answer fresh(JsonNode body) {
    return new Once.Answer(body, false);
  }
}
