package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Copies Liberty's user directory (configuration, driver, application) into the state directory.
 */
final class ServerDefinition {
  private static final String SERVER = "servers/perdura";
  private static final String DRIVER = "shared/resources/jdbc";
  private static final String APPLICATION = SERVER + "/apps/perdura.ear";

  private ServerDefinition() {}

  /** Brings the copy up to date; files that are the same already are not written again. */
  static void copy(Installation installation, StateDirectory state) throws IOException {
    Path from = installation.serverDefinition();
    if (!Files.exists(from.resolve(APPLICATION))) {
      throw new Trouble(
          "The application is not built: " + from.resolve(APPLICATION) + " is missing.");
    }
    Path to = state.resolve("usr");
    for (Path file : files(from)) {
      Path target = to.resolve(from.relativize(file).toString());
      if (!isSame(file, target)) {
        Files.createDirectories(target.getParent());
        Files.copy(
            file, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    if (Files.exists(to)) {
      for (Path file : files(to)) {
        if (!Files.exists(from.resolve(to.relativize(file).toString()))) {
          Files.delete(file);
        }
      }
    }
  }

  /** True when the copy equals what was built. */
  static boolean isCurrent(Installation installation, StateDirectory state) throws IOException {
    Path from = installation.serverDefinition();
    for (Path file : files(from)) {
      if (!isSame(file, state.resolve("usr").resolve(from.relativize(file).toString()))) {
        return false;
      }
    }
    return true;
  }

  private static List<Path> files(Path user) throws IOException {
    List<Path> files = new ArrayList<>();
    collect(user.resolve(SERVER), files);
    collect(user.resolve(DRIVER), files);
    Path server = user.resolve(SERVER);
    files.removeIf(file ->
        file.startsWith(server.resolve("workarea")) || file.startsWith(server.resolve("logs")));
    return files;
  }

  private static void collect(Path directory, List<Path> files) throws IOException {
    if (Files.isDirectory(directory)) {
      try (Stream<Path> tree = Files.walk(directory)) {
        tree.filter(Files::isRegularFile).sorted().forEach(files::add);
      }
    }
  }

  private static boolean isSame(Path file, Path copy) throws IOException {
    return Files.exists(copy)
        && Files.size(file) == Files.size(copy)
        && Files.getLastModifiedTime(file).equals(Files.getLastModifiedTime(copy));
  }
}
