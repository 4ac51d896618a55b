package io.perdura.benchmarks;

import java.nio.charset.StandardCharsets;

/** Single-node writes: one event with one edge to a topic that exists. */
final class WriteRequests {
  private final Tenant tenant;
  private final String run;

  /**
   * @param run keeps the client ids of one run apart from another's
   */
  WriteRequests(Tenant tenant, String run) {
    this.tenant = tenant;
    this.run = run;
  }

  Tenant tenant() {
    return tenant;
  }

  String clientId(String part, long i) {
    return run + "-" + part + "-" + i;
  }

  String summary(long i) {
    return Seeder.words(i) + " in run " + i;
  }

  int topic(long i) {
    return (int) (i % tenant.topics());
  }

  /** The body of {@code POST /v1/memory/write}. */
  byte[] body(String part, long i) {
    String clientId = clientId(part, i);
    return ("{\"tenant_id\":\"%s\",\"scope\":\"%s\",\"input_text\":\"%s\",\"memory_lane\":\"shared\","
            + "\"nodes\":[{\"client_id\":\"%s\",\"type\":\"event\",\"text_summary\":\"%s\"}],"
            + "\"edges\":[{\"type\":\"part_of\",\"src\":{\"client_id\":\"%s\"},\"dst\":{\"id\":\"%s\"},"
            + "\"weight\":0.75,\"confidence\":0.75}]}")
        .formatted(
            tenant.tenantId(),
            tenant.scope(),
            "benchmark " + clientId,
            clientId,
            summary(i),
            clientId,
            tenant.topicId(topic(i)))
        .getBytes(StandardCharsets.UTF_8);
  }
}
