package io.perdura.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A pinned statement of {@code benchmarks/floor}, with the numbers filled in that cannot be
 * parameters.
 */
final class SqlFile {
  private final Path directory;
  private final int dimension;
  private final int generation;

  SqlFile(Path directory, int dimension, int generation) {
    this.directory = directory;
    this.dimension = dimension;
    this.generation = generation;
  }

  String read(String name) throws IOException {
    return Files.readString(directory.resolve(name + ".sql"))
        .replaceAll("(?m)^--.*\\n", "")
        .replace("{dimension}", Integer.toString(dimension))
        .replace("{generation}", Integer.toString(generation));
  }

  /** Opens a connection with the floor's session settings. */
  Connection connect(DatabaseAddress database) throws SQLException, IOException {
    Connection connection = database.connect();
    try (Statement statement = connection.createStatement()) {
      statement.execute(read("session"));
    }
    return connection;
  }
}
