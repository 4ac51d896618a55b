package io.perdura.audit;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The directory of spools. A stream is what one process wrote: segments {@code <stream>.<first
 * row>.spool}, and a lock file that the living process holds.
 */
final class SpoolFiles {
  private static final String SEGMENT = ".spool";
  private static final String LOCK = ".lock";
  private static final int DIGITS = 16;

  private final Path directory;

  SpoolFiles(Path directory) {
    this.directory = directory;
  }

  /** Makes the directory, for our eyes only where the file system knows of such things. */
  void prepare() throws IOException {
    Files.createDirectories(directory);
    if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  Path segment(String stream, long firstSeq) {
    return directory.resolve(stream + "." + String.format("%0" + DIGITS + "d", firstSeq) + SEGMENT);
  }

  /** Segments by stream, each in the order of its rows. */
  Map<String, List<Path>> streams() throws IOException {
    Map<String, List<Path>> streams = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SEGMENT)).sorted().toList()) {
        streams.merge(
            stream(file),
            List.of(file),
            (known, one) -> Stream.concat(known.stream(), one.stream()).toList());
      }
    }
    return streams;
  }

  long bytes() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(f -> f.toString().endsWith(SEGMENT)).mapToLong(SpoolFiles::size).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a directory that is not there holds nothing
    }
  }

  static String stream(Path segment) {
    String name = segment.getFileName().toString();
    return name.substring(0, name.length() - SEGMENT.length() - DIGITS - 1);
  }

  static long firstSeq(Path segment) {
    String name = segment.getFileName().toString();
    int end = name.length() - SEGMENT.length();
    return Long.parseLong(name.substring(end - DIGITS, end));
  }

  private static long size(Path file) {
    return file.toFile().length();
  }

  /** Takes a stream's lock; null while a living process has it. */
  Hold hold(String stream) throws IOException {
    Path path = directory.resolve(stream + LOCK);
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    FileLock lock = null;
    try {
      lock = file.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // this process itself has it
    } finally {
      if (lock == null) {
        file.close();
      }
    }
    return lock == null ? null : new Hold(path, file);
  }

  /** A stream's lock; ends with the process at the latest. */
  record Hold(Path path, RandomAccessFile file) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      file.close();
    }

    /** Gives up a stream that has nothing left. */
    void remove() throws IOException {
      Files.deleteIfExists(path);
      file.close();
    }
  }
}
