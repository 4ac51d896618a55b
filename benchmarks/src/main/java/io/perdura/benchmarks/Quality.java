package io.perdura.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How many of the truly nearest nodes a recall finds: recall@20 against exact search under the same
 * filter.
 */
final class Quality {
  private static final int DEPTH = 20;
  private static final int QUESTIONS = 200;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * What one tenant gets.
   *
   * @param recallAt20 share of the exact nearest 20 that were among the first 20 seeds, over all
   *     questions
   * @param worst the worst single question
   */
  record Result(String tenant, int nodes, double recallAt20, double worst) {}

  private final Stage stage;

  Quality(Stage stage) {
    this.stage = stage;
  }

  List<Result> measure() throws SQLException, IOException {
    List<Result> results = new ArrayList<>();
    for (Tenant tenant : List.of(stage.large(), stage.small())) {
      Result result = measure(tenant);
      System.out.printf(
          "  recall@20 of tenant %s (%,d nodes): %.3f, worst question %.2f%n",
          result.tenant(), result.nodes(), result.recallAt20(), result.worst());
      results.add(result);
    }
    return results;
  }

  private Result measure(Tenant tenant) throws SQLException, IOException {
    SqlFile sql = stage.floor();
    int found = 0;
    int worst = DEPTH;
    try (Connection connection = stage.database().connect();
        PreparedStatement exact = connection.prepareStatement(sql.read("exact"));
        HttpConnection http = new HttpConnection(stage.server().port())) {
      for (int q = 0; q < QUESTIONS; q++) {
        float[] query = tenant.queryVector(stage.dataset(), q);
        Set<String> nearest = nearest(exact, tenant, query);
        int hits = 0;
        for (JsonNode seed : seeds(http, tenant, query)) {
          hits += nearest.contains(seed.path("id").asText()) ? 1 : 0;
        }
        found += hits;
        worst = Math.min(worst, hits);
      }
    }
    return new Result(
        tenant.tenantId(),
        tenant.events() + tenant.topics(),
        (double) found / (DEPTH * QUESTIONS),
        (double) worst / DEPTH);
  }

  private static Set<String> nearest(PreparedStatement exact, Tenant tenant, float[] query)
      throws SQLException {
    exact.setString(1, tenant.scopeKey());
    exact.setString(2, null);
    exact.setString(3, null);
    exact.setObject(4, query);
    exact.setInt(5, DEPTH);
    Set<String> ids = new HashSet<>();
    try (ResultSet rows = exact.executeQuery()) {
      while (rows.next()) {
        ids.add(rows.getString(1));
      }
    }
    return ids;
  }

  private static JsonNode seeds(HttpConnection http, Tenant tenant, float[] query)
      throws IOException {
    String body = Queries.body(tenant, query, ",\"limit\":" + DEPTH);
    if (http.post("/v1/memory/recall", body.getBytes(StandardCharsets.UTF_8)) != 200) {
      throw new IOException("recall answered: " + http.text());
    }
    return MAPPER.readTree(http.text()).path("seeds");
  }
}
