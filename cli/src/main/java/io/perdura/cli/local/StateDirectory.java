package io.perdura.cli.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The local state directory: database, server output, and small records of what runs.
 *
 * <pre>
 * postgres/   the unpacked database programs      data/   the database
 * usr/        the server definition that runs     server/ its logs and work area
 * usr-<node>  the server's own path to usr/
 * logs/       the database's log                  run/    records, secrets (owner only), the lock
 * </pre>
 */
public final class StateDirectory {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PRIVATE_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> PASSABLE =
      PosixFilePermissions.fromString("rwxr-xr-x");
  private static final String MARKER = "perdura-state";
  private static final long MEGABYTE = 1024L * 1024;

  private final Path root;

  public StateDirectory(Path root) {
    this.root = root;
  }

  public Path root() {
    return root;
  }

  public Path resolve(String name) {
    return root.resolve(name);
  }

  public boolean exists() {
    return Files.isDirectory(root);
  }

  /**
   * Makes the directory if need be and checks that it can be used.
   *
   * @param minimumFreeMegabytes less free space than this is trouble
   */
  public void prepare(long minimumFreeMegabytes) {
    try {
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new Trouble(
            "The state directory " + root + " is a file; remove it or set PERDURA_STATE_DIR.");
      }
      createPassable(root);
      refuseForeignContent();
      Files.createDirectories(resolve("logs"));
      Path run = Files.createDirectories(resolve("run"));
      Files.setPosixFilePermissions(run, PRIVATE_DIRECTORY);
      Files.writeString(root.resolve(MARKER), "1\n");
      long free = Files.getFileStore(root).getUsableSpace() / MEGABYTE;
      if (free < minimumFreeMegabytes) {
        throw new Trouble(
            "There is not enough disk space for the state directory "
                + root
                + ": "
                + free
                + " MB are free, "
                + minimumFreeMegabytes
                + " MB are needed.");
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Others may pass through, whatever the umask: the database's account must reach its part. */
  private static void createPassable(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    createPassable(directory.getParent());
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PASSABLE);
  }

  /** A directory full of someone else's files must neither be used nor ever be reset. */
  private void refuseForeignContent() throws IOException {
    if (Files.exists(root.resolve(MARKER))) {
      return;
    }
    try (var entries = Files.list(root)) {
      if (entries.findAny().isPresent()) {
        throw new Trouble(
            "The state directory "
                + root
                + " holds files that are not Perdura's; choose an empty one with"
                + " PERDURA_STATE_DIR.");
      }
    }
  }

  /** Trouble for a failed file operation, telling a full disk from a broken directory. */
  public Trouble unusable(IOException cause) {
    String reason = cause.getMessage() == null ? "" : cause.getMessage();
    if (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")) {
      return new Trouble("The disk that holds the state directory " + root + " is full.", cause);
    }
    return new Trouble(
        "The state directory "
            + root
            + " cannot be used ("
            + cause.getClass().getSimpleName()
            + ": "
            + reason
            + "); repair it or set PERDURA_STATE_DIR.",
        cause);
  }

  /** Reads a record; absent or unreadable is empty. */
  public Optional<JsonNode> record(String name) {
    Path file = resolve("run").resolve(name + ".json");
    try {
      return Files.exists(file)
          ? Optional.of(Jsons.MAPPER.readTree(Files.readString(file)))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Writes a record whole or not at all, readable for the owner only. */
  public void write(String name, ObjectNode record) {
    writePrivately(resolve("run").resolve(name + ".json"), record.toString() + "\n");
  }

  public void forget(String name) {
    try {
      Files.deleteIfExists(resolve("run").resolve(name + ".json"));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Writes a file that only its owner may read. */
  public void writePrivately(Path file, String content) {
    try {
      Path partial =
          Files.createTempFile(
              file.getParent(),
              file.getFileName().toString(),
              ".new",
              PosixFilePermissions.asFileAttribute(PRIVATE));
      Files.writeString(partial, content);
      try {
        Files.move(
            partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Deletes everything; refuses a directory that never was ours. */
  public void delete() {
    if (!Files.exists(root)) {
      return;
    }
    if (!Files.exists(root.resolve(MARKER))) {
      throw new Trouble(
          "The directory "
              + root
              + " does not look like a Perdura state directory; it is left"
              + " alone.");
    }
    try {
      deleteTree(root);
    } catch (AccessDeniedException e) {
      // The directory above may belong to somebody else. Empty, this one holds no memory.
      if (!isEmpty()) {
        throw unusable(e);
      }
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private boolean isEmpty() {
    try (Stream<Path> files = Files.list(root)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /** Deletes a file tree; symbolic links are removed, not followed. */
  public static void deleteTree(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
