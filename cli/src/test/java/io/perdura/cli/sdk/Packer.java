package io.perdura.cli.sdk;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Makes small packages of all three forms, sound unless told otherwise. */
final class Packer {
  String version = "1.2.3";
  String dependency;
  Map<String, String> more = Map.of();
  boolean wrongRecord;

  void npm(Path directory) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    String dependencies =
        dependency == null ? "" : ",\"dependencies\":{\"" + dependency + "\":\"1\"}";
    files.put(
        "package/package.json",
        "{\"name\":\"@perdura/client\",\"version\":\"" + version + "\"" + dependencies + "}");
    for (String file :
        new String[] {
          "README.md",
          "CHANGELOG.md",
          "dist/esm/index.js",
          "dist/esm/index.d.ts",
          "dist/cjs/index.js",
          "dist/cjs/index.d.ts"
        }) {
      files.put("package/" + file, "x");
    }
    more.forEach((name, text) -> files.put("package/" + name, text));
    tar(directory.resolve("perdura-client-" + version + ".tgz"), files);
  }

  void python(Path dist) throws IOException {
    String metadata =
        "Metadata-Version: 2.1\nName: perdura-client\nVersion: 1.2.3\nSummary: A client\nRequires-Python: >=3.9\n"
            + "Description-Content-Type: text/markdown\nRequires-Dist: langchain-core>=0.3; extra == 'langchain'\n"
            + (dependency == null ? "" : "Requires-Dist: " + dependency + "\n")
            + "\nRequires-Dist: only words of the description\n";
    String info = "perdura_client-1.2.3.dist-info/";
    Map<String, String> wheel = new LinkedHashMap<>();
    wheel.put("perdura/__init__.py", "x = 1\n");
    wheel.put("perdura/py.typed", "");
    wheel.putAll(more);
    wheel.put(info + "METADATA", metadata);
    wheel.put(info + "WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n");
    StringBuilder record = new StringBuilder();
    wheel.forEach(
        (name, text) -> record.append(name).append(",sha256=").append(digest(text)).append(",1\n"));
    wheel.put(info + "RECORD", record + info + "RECORD,,\n");
    if (wrongRecord) {
      wheel.put("perdura/__init__.py", "x = 2\n");
    }
    zip(dist.resolve("perdura_client-1.2.3-py3-none-any.whl"), wheel);
    Map<String, String> sdist = new LinkedHashMap<>();
    String top = "perdura_client-1.2.3/";
    sdist.put(top + "PKG-INFO", metadata);
    for (String file : new String[] {"pyproject.toml", "README.md", "src/perdura/__init__.py"}) {
      sdist.put(top + file, "x");
    }
    more.forEach((name, text) -> sdist.put(top + name, text));
    tar(dist.resolve("perdura_client-1.2.3.tar.gz"), sdist);
  }

  void jar(Path jar) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n");
    files.put("io/perdura/client/client.properties", "version=" + version + "\n");
    files.put("io/perdura/client/Perdura.class", "x");
    files.put("io/perdura/client/model/WriteRequest.class", "x");
    files.putAll(more);
    zip(jar, files);
  }

  void repository(Path repository) throws IOException {
    Path place =
        Files.createDirectories(repository.resolve("io/perdura/perdura-client/" + version));
    String group = dependency == null ? "com.fasterxml.jackson.core" : dependency;
    for (String file : new String[] {".jar", "-sources.jar", ".pom"}) {
      Files.writeString(place.resolve("perdura-client-" + version + file + ".sha1"), "x");
      Files.writeString(
          place.resolve("perdura-client-" + version + file),
          "<project><version>"
              + version
              + "</version><dependency><groupId>"
              + group
              + "</groupId><version>2</version></dependency></project>");
    }
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void zip(Path file, Map<String, String> content) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, String> entry : content.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void tar(Path file, Map<String, String> content) throws IOException {
    try (OutputStream raw = Files.newOutputStream(file);
        TarArchiveOutputStream out = new TarArchiveOutputStream(new GZIPOutputStream(raw))) {
      for (Map.Entry<String, String> entry : content.entrySet()) {
        byte[] bytes = entry.getValue().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry tar = new TarArchiveEntry(entry.getKey());
        tar.setSize(bytes.length);
        out.putArchiveEntry(tar);
        out.write(bytes);
        out.closeArchiveEntry();
      }
    }
  }
}
