package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.perdura.cli.Trouble;
import io.perdura.cli.local.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the release says of itself: its commit, what it does not contain yet ({@code absent.yml}),
 * what holds it up ({@code blockers.yml}), and the checks of its build ({@code checks.json}).
 */
final class Release {
  private static final ObjectMapper YAML = new YAMLMapper();

  private final Path directory;
  private final String commit;
  private final Map<String, String> absent;

  private Release(Path directory, String commit, Map<String, String> absent) {
    this.directory = directory;
    this.commit = commit;
    this.absent = absent;
  }

  /**
   * Reads the release's directory.
   *
   * @param given null = {@code release/} of the installation
   * @param commit null = what the checkout or the release names
   */
  static Release of(Path given, String commit) {
    return of(Installation.ofProcess().home(), given, commit);
  }

  static Release of(Path home, Path given, String commit) {
    Path directory = given == null ? home.resolve("release") : given;
    return new Release(
        directory,
        commit == null ? commitOf(home) : commit,
        absent(directory.resolve("absent.yml")));
  }

  /** The commit of this release, null when nothing tells. */
  String commit() {
    return commit;
  }

  Path directory() {
    return directory;
  }

  /** Why the release says that it does not contain something; empty = it says no such thing. */
  Optional<String> absence(String name) {
    return Optional.ofNullable(absent.get(name));
  }

  /** An entry of blockers.yml. */
  record Blocker(String id, String priority, String title, boolean open) {}

  /**
   * What holds the release up.
   *
   * @throws Trouble when the file is missing or not of its form: nobody knows then
   */
  List<Blocker> blockers() {
    Path file = directory.resolve("blockers.yml");
    JsonNode root = read(file).orElseThrow(() -> new Trouble("There is no " + file + "."));
    JsonNode list = root.path("blockers");
    if (!list.isArray()) {
      throw new Trouble("The file " + file + " has no list named blockers.");
    }
    List<Blocker> blockers = new ArrayList<>();
    for (JsonNode entry : list) {
      String id = entry.path("id").asText("");
      String priority = entry.path("priority").asText("");
      String status = entry.path("status").asText("");
      if (id.isEmpty() || !priority.matches("P[0-4]") || !status.matches("open|closed")) {
        throw new Trouble(
            "An entry of " + file + " lacks id, priority (P0 to P4) or status (open, closed).");
      }
      blockers.add(
          new Blocker(id, priority, entry.path("title").asText(""), status.equals("open")));
    }
    return blockers;
  }

  /** The record of the build's own checks, empty when the release has none. */
  Optional<JsonNode> checks() {
    return read(directory.resolve("checks.json"));
  }

  private static Map<String, String> absent(Path file) {
    Map<String, String> absent = new LinkedHashMap<>();
    for (JsonNode entry :
        read(file).map(root -> root.path("absent")).orElseGet(YAML::missingNode)) {
      String name = entry.path("name").asText("");
      String reason = entry.path("reason").asText("");
      if (name.isEmpty() || reason.isBlank()) {
        throw new Trouble("An entry of " + file + " lacks name or reason.");
      }
      absent.put(name, reason);
    }
    return absent;
  }

  private static Optional<JsonNode> read(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(YAML.readTree(Files.readString(file)));
    } catch (IOException e) {
      throw new Trouble("The file " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  private static String commitOf(Path home) {
    try {
      Path recorded = home.resolve("release/commit");
      if (Files.exists(recorded)) {
        String text = Files.readString(recorded).strip();
        return text.isEmpty() ? null : text;
      }
      if (!Files.exists(home.resolve(".git"))) {
        return null;
      }
      Process git =
          new ProcessBuilder("git", "-C", home.toString(), "rev-parse", "HEAD")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return git.waitFor(10, TimeUnit.SECONDS) && git.exitValue() == 0 ? answer.strip() : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
