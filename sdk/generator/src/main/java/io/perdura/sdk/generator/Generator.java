package io.perdura.sdk.generator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Usage: {@code Generator openapi.yaml DIRECTORY}: writes the models, and removes those of types
 * that are gone.
 */
public final class Generator {
  private Generator() {}

  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  static void write(Path document, Path directory) throws IOException {
    Map<String, String> sources = new Models(Document.read(document)).sources();
    Path target = directory.resolve(ClassSource.PACKAGE.replace('.', '/'));
    Files.createDirectories(target);
    try (Stream<Path> there = Files.list(target)) {
      for (Path file : there.toList()) {
        if (!sources.containsKey(file.getFileName().toString().replace(".java", ""))) {
          Files.delete(file);
        }
      }
    }
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = target.resolve(source.getKey() + ".java");
      // An unchanged file keeps its date, so that nothing is compiled anew for it.
      if (!Files.exists(file) || !Files.readString(file).equals(source.getValue())) {
        Files.writeString(file, source.getValue());
      }
    }
  }
}
