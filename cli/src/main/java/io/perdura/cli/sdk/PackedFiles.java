package io.perdura.cli.sdk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What is in a package, by name. */
record PackedFiles(Map<String, byte[]> files) {

  static PackedFiles ofZip(Path archive) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(archive))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          files.put(entry.getName(), in.readAllBytes());
        }
      }
    }
    return new PackedFiles(files);
  }

  /** Of a tar.gz, without its top directory. */
  static PackedFiles ofTarball(Path archive) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (InputStream raw = Files.newInputStream(archive);
        TarArchiveInputStream in = new TarArchiveInputStream(new GZIPInputStream(raw))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          String name = entry.getName();
          files.put(name.substring(name.indexOf('/') + 1), in.readAllBytes());
        }
      }
    }
    return new PackedFiles(files);
  }

  /** Names that none of the patterns allows. */
  List<String> strays(Pattern allowed) {
    return files.keySet().stream().filter(name -> !allowed.matcher(name).matches()).toList();
  }

  String text(String name) {
    byte[] content = files.get(name);
    return content == null ? "" : new String(content, java.nio.charset.StandardCharsets.UTF_8);
  }
}
