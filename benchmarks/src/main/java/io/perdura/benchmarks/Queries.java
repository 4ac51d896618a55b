package io.perdura.benchmarks;

import java.nio.charset.StandardCharsets;

/** Distinct questions to one tenant, made once before anything is measured. */
final class Queries {
  private static final int DISTINCT = 1000;

  private final float[][] vectors = new float[DISTINCT][];
  private final byte[][] bodies = new byte[DISTINCT][];

  Queries(Dataset dataset, Tenant tenant) {
    for (int i = 0; i < DISTINCT; i++) {
      vectors[i] = tenant.queryVector(dataset, i);
      bodies[i] = body(tenant, vectors[i], "").getBytes(StandardCharsets.UTF_8);
    }
  }

  float[] vector(long i) {
    return vectors[(int) (i % DISTINCT)];
  }

  /** The body of {@code POST /v1/memory/recall} for the same question. */
  byte[] recallBody(long i) {
    return bodies[(int) (i % DISTINCT)];
  }

  /** The same for any vector, with more fields, each led by a comma. */
  static String body(Tenant tenant, float[] vector, String more) {
    StringBuilder json = new StringBuilder(vector.length * 12 + 100);
    json.append("{\"tenant_id\":\"").append(tenant.tenantId());
    json.append("\",\"scope\":\"").append(tenant.scope()).append("\",\"query_embedding\":[");
    for (int i = 0; i < vector.length; i++) {
      json.append(i == 0 ? "" : ",").append(vector[i]);
    }
    return json.append(']').append(more).append('}').toString();
  }
}
