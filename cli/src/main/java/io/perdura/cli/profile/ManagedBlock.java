package io.perdura.cli.profile;

import io.perdura.cli.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The part of an environment file that a profile owns, between two marks. Everything else, secrets
 * above all, stays byte for byte as it is; so does the file's mode.
 */
final class ManagedBlock {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private ManagedBlock() {}

  /** Replaces the block of the profile's kind, or adds it at the end; returns the new text. */
  static String replaced(String text, Profiles.Profile profile) {
    String kind = profile.kind().name().toLowerCase(Locale.ROOT);
    String begin = "# >>> perdura " + kind + " profile";
    String end = "# <<< perdura " + kind + " profile";
    List<String> kept = new ArrayList<>();
    boolean inside = false;
    int place = -1;
    for (String line : text.split("\n", -1)) {
      if (line.startsWith(begin)) {
        if (inside || place >= 0) {
          throw new Trouble("The file has the mark \"" + begin + "\" twice; mend it by hand.");
        }
        inside = true;
        place = kept.size();
      } else if (line.startsWith(end)) {
        if (!inside) {
          throw new Trouble(
              "The file has the mark \"" + end + "\" without its beginning; mend it by hand.");
        }
        inside = false;
      } else if (!inside) {
        kept.add(line);
      }
    }
    if (inside) {
      throw new Trouble("The file has no line \"" + end + "\"; mend it by hand.");
    }
    List<String> block = new ArrayList<>();
    block.add(
        begin + ": " + profile.name() + " (perdura profile apply writes this; edit elsewhere) >>>");
    profile.values().forEach((name, value) -> block.add(name + "=" + value));
    block.add(end + " <<<");
    if (place < 0) {
      if (!kept.isEmpty() && kept.getLast().isEmpty()) {
        kept.removeLast();
      }
      kept.addAll(block);
      kept.add("");
    } else {
      kept.addAll(place, block);
    }
    return String.join("\n", kept);
  }

  /** Variables that the file sets outside of the block too; the last one in the file wins. */
  static List<String> setElsewhere(String text, Profiles.Profile profile) {
    List<String> names = new ArrayList<>();
    boolean inside = false;
    for (String line : text.lines().toList()) {
      inside = (inside || line.startsWith("# >>> perdura ")) && !line.startsWith("# <<< perdura ");
      String name = line.strip().replaceFirst("^export\\s+", "").replaceFirst("\\s*=.*$", "");
      if (!inside && profile.values().containsKey(name)) {
        names.add(name);
      }
    }
    return names;
  }

  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new Trouble("The file " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** Writes the file whole or not at all, with the mode that it had; a new one is its owner's. */
  static void write(Path file, String text) {
    try {
      Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Set<PosixFilePermission> mode =
          Files.exists(real)
              ? Files.getPosixFilePermissions(real, LinkOption.NOFOLLOW_LINKS)
              : OWNER_ONLY;
      Path partial =
          Files.createTempFile(
              real.getParent(), ".env", ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      Files.writeString(partial, text);
      Files.setPosixFilePermissions(partial, mode);
      Files.move(
          partial, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Trouble("The file " + file + " cannot be written: " + e.getMessage() + ".", e);
    }
  }
}
