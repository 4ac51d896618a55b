package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.cli.service.Reply;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Unreachable;

/**
 * Calls the memory API as any agent would.
 *
 * <p>Every write carries an Idempotency-Key, so a call that is refused for load or meets a moving
 * database is simply repeated.
 */
final class MemoryClient {
  private final ServiceClient client;
  private final String tenant;

  /**
   * A client.
   *
   * @param tenant whose memory, null = the credential's or the service's own
   */
  MemoryClient(ServiceClient client, String tenant) {
    this.client = client;
    this.tenant = tenant;
  }

  String base() {
    return client.address().replaceFirst("/$", "");
  }

  /** Posts a body to {@code /v1/memory/<what>} and returns the answer of a success. */
  JsonNode post(String what, ObjectNode body) {
    if (tenant != null) {
      body.put("tenant_id", tenant);
    }
    try {
      Reply reply = client.patiently("/v1/memory/" + what, body, false);
      if (reply.status() != 200) {
        throw new Trouble(
            "The server answered " + what + " with status " + reply.status() + ".", reply.text());
      }
      return reply.json();
    } catch (Unreachable e) {
      throw new Trouble("The server at " + base() + " does not answer.", e);
    }
  }
}
