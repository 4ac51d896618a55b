package io.perdura.cli.evidence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where one run of a gate or a drill leaves what it saw: raw outputs, {@code summary.json}, {@code
 * report.md}, and at the end the signed {@code manifest.json}.
 *
 * <p>Secrets that the command knows never get into a file, wherever they come from. Not thread-safe
 * but for {@link #write}.
 */
public final class EvidenceDirectory {
  public static final String SUMMARY = "summary.json";
  public static final String REPORT = "report.md";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
  private static final int LEAST_SECRET = 6;

  private final Path root;
  private final List<String> secrets;

  private EvidenceDirectory(Path root, List<String> secrets) {
    this.root = root;
    this.secrets = secrets;
  }

  /** Makes the directory; one that is there must be empty, so that no run mixes with another. */
  public static EvidenceDirectory create(Path directory, Collection<String> secrets) {
    Path root = directory.toAbsolutePath().normalize();
    try {
      Files.createDirectories(root);
      try (var files = Files.list(root)) {
        if (files.findAny().isPresent()) {
          throw new Trouble(
              "The directory " + directory + " holds files already; name another with --out-dir.");
        }
      }
    } catch (IOException e) {
      throw new Trouble(
          "The directory " + directory + " cannot be made: " + e.getMessage() + ".", e);
    }
    // A secret that is a common word would tear holes into everything.
    return new EvidenceDirectory(
        root, secrets.stream().filter(secret -> secret.length() >= LEAST_SECRET).toList());
  }

  public Path root() {
    return root;
  }

  /** Writes one raw output; returns its name. */
  public String write(String name, JsonNode content) {
    return write(name, content.toPrettyString() + "\n");
  }

  /** Writes one raw output whole or not at all; returns its name. */
  public String write(String name, String content) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("no name of a file inside the directory: " + name);
    }
    String clean = content;
    for (String secret : secrets) {
      clean = clean.replace(secret, "[removed]");
    }
    try {
      Path partial = Files.createTempFile(root.getParent(), "." + name, ".new");
      try {
        Files.writeString(partial, clean);
        Files.move(
            partial,
            root.resolve(name),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
      return name;
    } catch (IOException e) {
      throw new Trouble(
          "The evidence in " + root + " cannot be written: " + e.getMessage() + ".", e);
    }
  }

  /** Writes the summary and the report made of it. */
  public void summarise(ObjectNode summary) {
    write(REPORT, MarkdownReport.of(summary));
    write(SUMMARY, summary);
  }
}
