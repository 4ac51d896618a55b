package io.perdura.embedding;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The model and ONNX Runtime's native libraries, copied out of their jars for as long as loading
 * takes.
 *
 * <p>The directory is private to this user (nobody can swap a library in) and gone once the model
 * is loaded: what is mapped stays mapped, and a killed process leaves nothing behind.
 */
final class LocalModelFiles implements AutoCloseable {
  private static final String MODEL = "bge-small-en-v1.5-q.onnx";
  private static final String NATIVE_PATH = "onnxruntime.native.path";

  private final Path directory;
  private final boolean ownLibraries;

  private LocalModelFiles(Path directory, boolean ownLibraries) {
    this.directory = directory;
    this.ownLibraries = ownLibraries;
  }

  /**
   * Copies the files out, checks the model against {@code sha256}, and points ONNX Runtime at its
   * libraries unless the operator already did.
   */
  static LocalModelFiles extract(String sha256) throws IOException {
    boolean ownLibraries = System.getProperty(NATIVE_PATH) == null;
    LocalModelFiles files =
        new LocalModelFiles(Files.createTempDirectory("perdura-embedding-"), ownLibraries);
    try {
      files.copyModel(sha256);
      if (ownLibraries) {
        files.copyLibraries();
        System.setProperty(NATIVE_PATH, files.directory.toString());
      }
      return files;
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  static InputStream open(String resource) throws IOException {
    InputStream in = LocalModelFiles.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IOException("the class path lacks " + resource);
    }
    return in;
  }

  /** Returns the file of the model. */
  Path model() {
    return directory.resolve(MODEL);
  }

  private void copyModel(String sha256) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = new DigestInputStream(open(MODEL), digest)) {
      Files.copy(in, model());
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(sha256)) {
      throw new IOException("the model artifact has the digest " + actual + ", not " + sha256);
    }
  }

  private void copyLibraries() throws IOException {
    String platform = platform();
    for (String library : new String[] {"onnxruntime", "onnxruntime4j_jni"}) {
      String file = System.mapLibraryName(library);
      try (InputStream in = open("ai/onnxruntime/native/" + platform + "/" + file)) {
        Files.copy(in, directory.resolve(file));
      }
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String family = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return family + (arch.equals("aarch64") || arch.equals("arm64") ? "-aarch64" : "-x64");
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform provides SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (ownLibraries) {
      System.clearProperty(NATIVE_PATH);
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
