package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;

/**
 * The account that database programs run as: PostgreSQL refuses root, so root steps down to an
 * unprivileged account; anybody else stays who they are.
 *
 * @param name the account to step down to, empty when no change is needed
 */
public record OsUser(String name) {
  private static final List<String> CANDIDATES = List.of("perdura", "postgres", "nobody");

  /** True when this process is root. */
  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /**
   * The account for {@code data}: its owner once it exists (the choice must not change between
   * runs), else PERDURA_DB_OS_USER, else the first of perdura, postgres and nobody that exists.
   */
  static OsUser forData(Path data, Environment environment) {
    if (!isRoot()) {
      return new OsUser("");
    }
    try {
      if (Files.exists(data)) {
        return new OsUser(Files.getOwner(data).getName());
      }
    } catch (IOException e) {
      throw new Trouble("The database directory " + data + " cannot be read.", e);
    }
    return environment
        .get("PERDURA_DB_OS_USER")
        .map(OsUser::existing)
        .orElseGet(() ->
            CANDIDATES.stream()
                .filter(OsUser::exists)
                .findFirst()
                .map(OsUser::new)
                .orElseThrow(() ->
                    new Trouble(
                        "PostgreSQL cannot run as root and there is no unprivileged"
                            + " account; name one with PERDURA_DB_OS_USER.")));
  }

  private static OsUser existing(String name) {
    if (!exists(name) || name.equals("root")) {
      throw new Trouble("PERDURA_DB_OS_USER must name an unprivileged account of this machine.");
    }
    return new OsUser(name);
  }

  /** The command line that runs {@code command} as this account. */
  List<String> command(List<String> command) {
    if (name.isEmpty()) {
      return command;
    }
    List<String> full = new ArrayList<>();
    if (onPath("setpriv")) {
      full.addAll(
          List.of("setpriv", "--reuid=" + name, "--regid=" + group(), "--clear-groups", "--"));
    } else if (onPath("runuser")) {
      full.addAll(List.of("runuser", "-u", name, "--"));
    } else {
      throw new Trouble(
          "PostgreSQL cannot run as root and neither setpriv nor runuser (package util-linux) is"
              + " installed.");
    }
    full.addAll(command);
    return full;
  }

  /** Hands a file or directory to this account. */
  void own(Path path) throws IOException {
    if (!name.isEmpty()) {
      PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      view.setOwner(
          path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name));
    }
  }

  /** Complains when a directory above {@code path} is closed to this account. */
  void requireAccess(Path path) throws IOException {
    if (name.isEmpty()) {
      return;
    }
    for (Path part = path; part != null; part = part.getParent()) {
      boolean open =
          Files.getPosixFilePermissions(part).contains(PosixFilePermission.OTHERS_EXECUTE)
              || Files.getOwner(part).getName().equals(name);
      if (!open) {
        throw new Trouble(
            "PostgreSQL cannot run as root, and its account "
                + name
                + " may not enter "
                + part
                + "; choose another place with PERDURA_STATE_DIR.");
      }
    }
  }

  private String group() {
    for (String line : lines(Path.of("/etc/passwd"))) {
      String[] fields = line.split(":", -1);
      if (fields.length > 3 && fields[0].equals(name)) {
        return fields[3];
      }
    }
    return name;
  }

  private static boolean exists(String name) {
    try {
      Path root = Path.of("/");
      root.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(name);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean onPath(String program) {
    return List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin").stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
