package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Database;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Stored vectors of the first seeds, for people who debug (contract, section 5.9). */
final class DebugEmbeddings {
  private static final int MOST_SEEDS_ASKED = 20;
  private static final int SHOWN = 5;
  private static final int PREVIEW = 16;
  private static final int MOST_BYTES = 65_536;

  private static final String LOAD =
      """
      select node_id, embedding::real[] from memory_vectors
      where generation_id = ? and node_id = any (?)
      """;

  private final Database database;

  DebugEmbeddings(Database database) {
    this.database = database;
  }

  /**
   * Refuses what is not allowed, in the contract's order.
   *
   * @throws ApiException 400 with one of the {@code debug_embeddings_*} codes
   */
  static void check(Flags flags, boolean allowed, int limit) {
    if (!flags.includeEmbeddings()) {
      return;
    }
    if (!flags.returnDebug()) {
      throw refused("requires_return_debug", "include_embeddings needs return_debug");
    }
    if (!allowed) {
      throw refused("not_allowed", "stored embeddings are shown to administrators only");
    }
    if (limit > MOST_SEEDS_ASKED) {
      throw refused(
          "limit_too_high", "include_embeddings needs a limit of at most " + MOST_SEEDS_ASKED);
    }
  }

  private static ApiException refused(String code, String message) {
    return ApiException.badRequest("debug_embeddings_" + code, message, null);
  }

  /** Returns {@code {node_id, dims, sha256, preview}} of the first seeds that have a vector. */
  ArrayNode load(int generationId, List<Seed> seeds) {
    List<UUID> ids = seeds.stream().limit(SHOWN).map(seed -> seed.node().id).toList();
    Map<UUID, float[]> vectors =
        database.read("debug embeddings", connection -> load(connection, generationId, ids));
    ArrayNode result = Jsons.array();
    for (UUID id : ids) {
      float[] vector = vectors.get(id);
      if (vector != null) {
        result.add(describe(id, vector));
      }
    }
    if (Jsons.text(result).getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw refused("too_large", "the embeddings are larger than " + MOST_BYTES + " bytes");
    }
    return result;
  }

  private static Map<UUID, float[]> load(Connection connection, int generationId, List<UUID> ids)
      throws SQLException {
    Map<UUID, float[]> vectors = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
      statement.setInt(1, generationId);
      statement.setArray(2, connection.createArrayOf("uuid", ids.toArray()));
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          vectors.put(rows.getObject(1, UUID.class), VectorColumns.read(rows, 2));
        }
      }
    }
    return vectors;
  }

  private static ObjectNode describe(UUID id, float[] vector) {
    ObjectNode json =
        Jsons.object()
            .put("node_id", id.toString())
            .put("dims", vector.length)
            .put("sha256", Hashes.sha256Hex(QueryVectors.literal(vector)));
    ArrayNode preview = json.putArray("preview");
    for (int i = 0; i < Math.min(PREVIEW, vector.length); i++) {
      preview.add(Figures.number(Figures.widen(vector[i])));
    }
    return json;
  }
}
