package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.gate.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code perdura-client} in PyPI's formats: an sdist and a wheel. */
record PythonPackage(Path home, Tools tools) implements SdkPackage {
  private static final Pattern SDIST =
      Pattern.compile(
          "PKG-INFO|README\\.md|CHANGELOG\\.md|LICENSE|MANIFEST\\.in|pyproject\\.toml|setup\\.cfg"
              + "|src/perdura/(\\w+/)*(\\w+\\.py|py\\.typed)|src/perdura_client\\.egg-info/[\\w-]+(\\.txt)?");
  private static final Pattern FIELD = Pattern.compile("^([A-Z][A-Za-z-]+): (.*)$");

  @Override
  public String language() {
    return "python";
  }

  @Override
  public Path directory() {
    return home.resolve("sdk/python");
  }

  @Override
  public List<String> programs() {
    return List.of("bash", "python3");
  }

  @Override
  public List<String> buildCommand() {
    return List.of("bash", "./verify");
  }

  @Override
  public Outcome content(String version) throws IOException {
    if (!built(version)) {
      return Outcome.notProven(null, "not_built: " + wheel(version));
    }
    ObjectNode output = SdkPackage.output(version);
    String info = info(version);
    Pattern allowed =
        Pattern.compile(
            "perdura/(\\w+/)*(\\w+\\.py|py\\.typed)|"
                + Pattern.quote(info)
                + "(METADATA|RECORD|WHEEL|top_level\\.txt|licenses/.*)");
    List<String> reasons =
        SdkPackage.judge(
            output,
            "wheel",
            PackedFiles.ofZip(wheel(version)),
            allowed,
            List.of(
                "perdura/__init__.py",
                "perdura/py.typed",
                info + "METADATA",
                info + "RECORD",
                info + "WHEEL"));
    reasons.addAll(
        SdkPackage.judge(
            output,
            "sdist",
            PackedFiles.ofTarball(sdist(version)),
            SDIST,
            List.of("PKG-INFO", "pyproject.toml", "README.md", "src/perdura/__init__.py")));
    return Outcome.judged(output, reasons);
  }

  /** What the index would ask of both files. */
  @Override
  public Outcome publish(String version) throws IOException {
    if (!built(version)) {
      return Outcome.notProven(null, "not_built: " + wheel(version));
    }
    PackedFiles wheel = PackedFiles.ofZip(wheel(version));
    PackedFiles sdist = PackedFiles.ofTarball(sdist(version));
    String info = info(version);
    ObjectNode output = SdkPackage.output(version);
    List<String> reasons = new ArrayList<>();
    metadata("wheel", wheel.text(info + "METADATA"), version, reasons);
    metadata("sdist", sdist.text("PKG-INFO"), version, reasons);
    if (!wheel.text(info + "WHEEL").lines().toList().contains("Tag: py3-none-any")) {
      reasons.add("wheel_tag: not py3-none-any");
    }
    records(wheel, info, reasons);
    output.put("metadata", wheel.text(info + "METADATA").split("\n\n", 2)[0]);
    return Outcome.judged(output, reasons);
  }

  private static void metadata(String where, String text, String version, List<String> reasons) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : text.split("\n\n", 2)[0].split("\n")) {
      var field = FIELD.matcher(line);
      if (field.matches()) {
        fields.put(field.group(1), field.group(2));
        if (field.group(1).equals("Requires-Dist") && !field.group(2).contains("extra ==")) {
          reasons.add(where + "_depends_on: " + field.group(2));
        }
      }
    }
    SdkPackage.equal(reasons, where + "_name", "perdura-client", fields.get("Name"));
    SdkPackage.equal(reasons, where + "_version", version, fields.get("Version"));
    SdkPackage.equal(reasons, where + "_requires_python", ">=3.9", fields.get("Requires-Python"));
    for (String needed : List.of("Metadata-Version", "Summary", "Description-Content-Type")) {
      if (fields.getOrDefault(needed, "").isBlank()) {
        reasons.add(where + "_metadata_missing: " + needed);
      }
    }
  }

  /** RECORD names every file of the wheel with its digest. */
  private static void records(PackedFiles wheel, String info, List<String> reasons) {
    Map<String, String> recorded = new LinkedHashMap<>();
    wheel
        .text(info + "RECORD")
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> recorded.put(line.split(",")[0], line.split(",", -1)[1]));
    wheel
        .files()
        .forEach((name, content) -> {
          String digest = name.equals(info + "RECORD") ? "" : "sha256=" + sha256(content);
          if (!digest.equals(recorded.remove(name))) {
            reasons.add("record_differs: " + name);
          }
        });
    recorded.keySet().forEach(name -> reasons.add("record_of_nothing: " + name));
  }

  private static String sha256(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String info(String version) {
    return "perdura_client-" + version + ".dist-info/";
  }

  private boolean built(String version) {
    return Files.exists(wheel(version)) && Files.exists(sdist(version));
  }

  private Path wheel(String version) {
    return directory().resolve("dist/perdura_client-" + version + "-py3-none-any.whl");
  }

  private Path sdist(String version) {
    return directory().resolve("dist/perdura_client-" + version + ".tar.gz");
  }
}
