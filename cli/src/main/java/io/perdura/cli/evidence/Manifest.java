package io.perdura.cli.evidence;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Trouble;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * {@code manifest.json}: every file of an evidence directory with its SHA-256, and the signature of
 * an operator over that list.
 *
 * <pre>{"manifest": {"schema_version", "created_at", "files": [{"path", "size", "sha256"}]},
 *  "signature": {"algorithm", "key_id", "public_key", "value"} | null}</pre>
 *
 * <p>What is signed is the canonical form of {@code manifest}, so that white space does not count.
 */
public final class Manifest {
  public static final String FILE = "manifest.json";

  private static final int SCHEMA_VERSION = 1;

  private Manifest() {}

  /**
   * What a look at a directory found.
   *
   * @param faults each a sentence; empty = every file is as it was signed
   * @param keyId who signed, null = nobody
   */
  public record Verdict(List<String> faults, String keyId, int files) {
    public Verdict {
      faults = List.copyOf(faults);
    }

    public boolean isSound() {
      return faults.isEmpty();
    }
  }

  /** Lists what is in the directory and signs the list; without a key it stays unsigned. */
  public static void seal(Path directory, Optional<OperatorKey> key) {
    try {
      ObjectNode manifest = Jsons.object().put("schema_version", SCHEMA_VERSION);
      manifest.put("created_at", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
      ArrayNode files = manifest.putArray("files");
      for (String path : files(directory)) {
        byte[] content = Files.readAllBytes(directory.resolve(path));
        files
            .addObject()
            .put("path", path)
            .put("size", content.length)
            .put("sha256", Hashes.sha256Hex(content));
      }
      ObjectNode document = Jsons.object();
      document.set("manifest", manifest);
      document.putNull("signature");
      key.ifPresent(operator -> document.set("signature", signature(operator, manifest)));
      Path partial =
          Files.createTempFile(directory.toAbsolutePath().getParent(), ".manifest", ".new");
      Files.writeString(partial, document.toPrettyString() + "\n");
      Files.move(
          partial,
          directory.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new Trouble(
          "The directory " + directory + " cannot be sealed: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Compares a directory with its manifest.
   *
   * @param trusted whose signatures count
   */
  public static Verdict verify(Path directory, Collection<PublicKey> trusted) {
    List<String> faults = new ArrayList<>();
    JsonNode document = read(directory.resolve(FILE));
    JsonNode manifest = document.path("manifest");
    String keyId = checkSignature(document, trusted, faults);
    TreeMap<String, JsonNode> listed = new TreeMap<>();
    for (JsonNode file : manifest.path("files")) {
      String path = file.path("path").asText();
      if (!isInside(path)) {
        faults.add("the manifest names " + path + ", which is no file of the directory");
      } else if (listed.put(path, file) != null) {
        faults.add(path + " is listed twice");
      }
    }
    try {
      Set<String> present = files(directory);
      for (String path : listed.keySet()) {
        if (present.contains(path)) {
          byte[] content = Files.readAllBytes(directory.resolve(path));
          if (!Hashes.sha256Hex(content).equals(listed.get(path).path("sha256").asText())) {
            faults.add(path + " was edited");
          }
        } else {
          faults.add(path + " is missing");
        }
      }
      present.stream()
          .filter(path -> !listed.containsKey(path))
          .forEach(path -> faults.add(path + " was added"));
    } catch (IOException e) {
      throw new Trouble(
          "The directory " + directory + " cannot be read: " + e.getMessage() + ".", e);
    }
    if (!listed.containsKey(EvidenceDirectory.SUMMARY)) {
      faults.add("the manifest lists no " + EvidenceDirectory.SUMMARY);
    }
    return new Verdict(faults, keyId, listed.size());
  }

  private static String checkSignature(
      JsonNode document, Collection<PublicKey> trusted, List<String> faults) {
    JsonNode signature = document.path("signature");
    if (!signature.isObject()) {
      faults.add("nobody signed it");
      return null;
    }
    try {
      PublicKey key =
          OperatorKey.publicKey(Base64.getDecoder().decode(signature.path("public_key").asText()));
      byte[] value = Base64.getDecoder().decode(signature.path("value").asText());
      byte[] content = Hashes.utf8(CanonicalJson.write(document.path("manifest")));
      String id = OperatorKey.id(key);
      if (!OperatorKey.isSignedBy(key, content, value)) {
        faults.add("the signature does not fit: the manifest was edited after it was signed");
      }
      if (trusted.stream().noneMatch(known -> OperatorKey.id(known).equals(id))) {
        faults.add("it is signed by another key, " + id);
      }
      return id;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      faults.add("its signature is none of " + OperatorKey.ALGORITHM);
      return null;
    }
  }

  private static ObjectNode signature(OperatorKey key, ObjectNode manifest) {
    Base64.Encoder base64 = Base64.getEncoder();
    return Jsons.object()
        .put("algorithm", OperatorKey.ALGORITHM)
        .put("key_id", key.id())
        .put("public_key", base64.encodeToString(key.publicKey().getEncoded()))
        .put("value", base64.encodeToString(key.sign(Hashes.utf8(CanonicalJson.write(manifest)))));
  }

  private static JsonNode read(Path file) {
    try {
      JsonNode document =
          Jsons.MAPPER
              .reader()
              .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
              .readTree(Files.readString(file));
      if (document.path("manifest").path("schema_version").asInt() != SCHEMA_VERSION
          || !document.path("manifest").path("files").isArray()) {
        throw new Trouble("The file " + file + " is no manifest of evidence.");
      }
      return document;
    } catch (IOException e) {
      throw new Trouble("There is no readable manifest at " + file + ".", e);
    }
  }

  /** A plain relative path: nothing that leads out of the directory, or could. */
  private static boolean isInside(String path) {
    Path relative = Path.of(path);
    return !path.isEmpty()
        && !relative.isAbsolute()
        && relative.normalize().toString().equals(path)
        && !path.startsWith("..");
  }

  /** Every file but the manifest, by its path; what is neither file nor directory is refused. */
  private static Set<String> files(Path directory) throws IOException {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new Trouble("There is no directory " + directory + ".");
    }
    Set<String> files = new TreeSet<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String path = directory.relativize(file).toString();
            if (!attributes.isRegularFile()) {
              throw new Trouble("There is a link or device in the evidence: " + path + ".");
            }
            if (!path.equals(FILE)) {
              files.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
