package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;

/**
 * Writes down how PostgreSQL runs the floor's recall, so that a bad plan cannot pass for a floor.
 */
final class Plans {
  private Plans() {}

  static Path write(Stage stage) throws SQLException, IOException {
    StringBuilder plan = new StringBuilder("-- " + stage.title() + "\n");
    SqlFile sql = stage.floor();
    float[] query = stage.large().queryVector(stage.dataset(), 1);
    try (Connection connection = sql.connect(stage.database());
        PreparedStatement explain =
            connection.prepareStatement(
                "explain (analyze, buffers, costs off, settings) " + sql.read("recall"))) {
      // The second run is the one kept: the first pays for reading pages and catalogue.
      for (int run = 0; run < 2; run++) {
        plan.setLength(plan.indexOf("\n") + 1);
        explain.setObject(1, query);
        explain.setString(2, stage.large().scopeKey());
        explain.setNull(3, Types.VARCHAR);
        explain.setNull(4, Types.VARCHAR);
        try (ResultSet rows = explain.executeQuery()) {
          while (rows.next()) {
            plan.append(rows.getString(1)).append('\n');
          }
        }
      }
    }
    Path directory = Files.createDirectories(stage.options().results().resolve("plans"));
    Path file =
        directory.resolve(
            "recall-%d-%d.txt".formatted(stage.large().events(), stage.dataset().dimension()));
    return Files.writeString(file, plan);
  }
}
