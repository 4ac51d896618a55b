package io.perdura.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Settings that a service manager hands over as files, so that neither the process list nor the
 * environment shows them: systemd's {@code LoadCredential=NAME:file}.
 *
 * <p>The file's name is the variable's, its content the value without a line break at the end. Such
 * a value wins over the environment, as it does in Liberty's own configuration.
 */
public final class CredentialFiles {
  private static final String DIRECTORY = "CREDENTIALS_DIRECTORY";
  private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9_]*");

  private CredentialFiles() {}

  /** The credentials of this process, by variable; empty when it was given none. */
  public static Map<String, String> ofProcess() {
    String directory = System.getenv(DIRECTORY);
    return directory == null || directory.isEmpty() ? Map.of() : read(Path.of(directory));
  }

  /**
   * Reads the files of {@code directory} that are named like variables; others are somebody else's.
   *
   * @throws UncheckedIOException when one cannot be read: to go on without it would be another
   *     configuration than the one that was asked for
   */
  public static Map<String, String> read(Path directory) {
    Map<String, String> values = new TreeMap<>();
    try {
      for (Path file : files(directory)) {
        String name = file.getFileName().toString();
        if (NAME.matcher(name).matches()) {
          values.put(
              name, Files.readString(file, StandardCharsets.UTF_8).replaceFirst("\\R\\z", ""));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("credentials in " + directory + " cannot be read", e);
    }
    return values;
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
