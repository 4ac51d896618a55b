package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Compares a bundle of evidence with its index. A file that the index names outside of the bundle,
 * or behind a link, counts as missing.
 */
final class BundleCheck {
  private static final long LARGEST_INDEX = 64L << 20;

  private final Path directory;
  private final ArrayNode missing = Jsons.array();
  private final ArrayNode digests = Jsons.array();
  private final ArrayNode sizes = Jsons.array();
  private byte[] index;
  private int files;

  BundleCheck(Path directory) {
    this.directory = directory.toAbsolutePath().normalize();
  }

  /** Reads the index and looks at every file that it names. */
  void compare(String indexFile) throws IOException {
    Path path = inside(indexFile);
    if (path == null || Files.size(path) > LARGEST_INDEX) {
      throw new IllegalStateException(indexFile + " is not in the bundle, or too large");
    }
    index = Files.readAllBytes(path);
    JsonNode entries;
    try {
      entries = Jsons.MAPPER.readTree(index).path("files");
    } catch (IOException e) {
      throw new IllegalStateException(indexFile + " is not JSON", e);
    }
    for (JsonNode entry : entries) {
      files++;
      compare(entry);
    }
  }

  int files() {
    return files;
  }

  private void compare(JsonNode entry) throws IOException {
    String name = entry.path("path").asText();
    Path file = inside(name);
    if (file == null) {
      missing.add(name);
      return;
    }
    String expected = entry.path("sha256").asText().toLowerCase(Locale.ROOT);
    if (!isSame(expected, sha256(file))) {
      digests.add(name);
    }
    JsonNode size = entry.has("size_bytes") ? entry.get("size_bytes") : entry.path("size");
    if (!size.canConvertToLong() || size.longValue() != Files.size(file)) {
      sizes.add(name);
    }
  }

  /** The regular file of that name in the bundle; null when there is none. */
  private Path inside(String name) {
    try {
      Path file = directory.resolve(name).normalize();
      boolean isInside = file.startsWith(directory) && !file.equals(directory);
      if (!isInside || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return null;
      }
      return file.toRealPath().startsWith(directory.toRealPath()) ? file : null;
    } catch (InvalidPathException | IOException e) {
      return null;
    }
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static boolean isSame(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  /** What the signature says; {@code key} null = nobody can tell. */
  ObjectNode signature(String signatureFile, String key) throws IOException {
    Path file = inside(signatureFile);
    ObjectNode result =
        Jsons.object().put("checked", key != null).put("file_present", file != null);
    if (key == null || file == null) {
      return result
          .put("valid", false)
          .put("error", key == null ? "no_signing_key" : "signature_file_missing");
    }
    String stated;
    try {
      stated = Jsons.MAPPER.readTree(Files.readAllBytes(file)).path("signature_hex").asText();
    } catch (IOException e) {
      return result.put("valid", false).put("error", "signature_file_unreadable");
    }
    boolean valid = isSame(stated.toLowerCase(Locale.ROOT), hmac(key));
    return result.put("valid", valid).put("error", valid ? null : "signature_mismatch");
  }

  private String hmac(String key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(index));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA256", e);
    }
  }

  boolean isWhole() {
    return files > 0 && missing.isEmpty() && digests.isEmpty() && sizes.isEmpty();
  }

  ObjectNode put(ObjectNode body) {
    body.put("files_indexed", files)
        .put("missing_count", missing.size())
        .put("digest_mismatch_count", digests.size())
        .put("size_mismatch_count", sizes.size());
    body.set("missing", missing);
    body.set("digest_mismatch", digests);
    body.set("size_mismatch", sizes);
    return body;
  }
}
