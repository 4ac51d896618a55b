package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.JobProgress;
import io.perdura.jobs.JobResult;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncidentVerifyJobTest {
  private static final Settings SETTINGS =
      Settings.of(Map.of("INCIDENT_BUNDLE_SIGNING_KEY", "signing-key"));

  @TempDir Path directory;

  private void bundle(String path, String content) throws Exception {
    Files.writeString(directory.resolve("log.txt"), "what happened");
    ObjectNode index = Jsons.object();
    index
        .putArray("files")
        .addObject()
        .put("path", path)
        .put("sha256", Hashes.sha256Hex(content))
        .put("size_bytes", content.length());
    byte[] bytes = Jsons.text(index).getBytes(StandardCharsets.UTF_8);
    Files.write(directory.resolve("evidence_index.json"), bytes);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("signing-key".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    Files.writeString(
        directory.resolve("evidence_index.sig.json"),
        "{\"signature_hex\":\"" + HexFormat.of().formatHex(mac.doFinal(bytes)) + "\"}");
  }

  private JobResult verify(String... more) throws Exception {
    Map<String, String> wish = new HashMap<>(Map.of("bundle-dir", directory.toString()));
    for (int i = 0; i < more.length; i += 2) {
      wish.put(more[i], more[i + 1]);
    }
    IncidentVerifyJob job = new IncidentVerifyJob(SETTINGS, Clock.systemUTC());
    return job.run(job.definition().check(wish), JobProgress.unwatched());
  }

  @Test
  void aBundleIsWhatItsSignedIndexSaysOrItFails() throws Exception {
    bundle("log.txt", "what happened");
    assertThat(verify().verdict()).isEqualTo(JobResult.Verdict.PASSED);

    Files.writeString(directory.resolve("log.txt"), "what happenes");
    assertThat(verify().body().get("digest_mismatch_count").intValue()).isEqualTo(1);
    assertThat(verify().verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);

    bundle("log.txt", "what happened");
    Files.writeString(
        directory.resolve("evidence_index.json"),
        Files.readString(directory.resolve("evidence_index.json")) + " ");
    assertThat(verify().body().at("/signature/error").textValue()).isEqualTo("signature_mismatch");
    assertThat(verify().verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
    assertThat(verify("allow-unsigned", "true").verdict()).isEqualTo(JobResult.Verdict.PASSED);

    Files.delete(directory.resolve("evidence_index.sig.json"));
    assertThat(verify().body().at("/signature/error").textValue())
        .isEqualTo("signature_file_missing");
  }

  @Test
  void aFileOutsideOfTheBundleIsNotLookedAt() throws Exception {
    bundle("../outside.txt", "secret");
    Files.writeString(directory.getParent().resolve("outside.txt"), "secret");
    assertThat(verify().body().get("missing").toString()).isEqualTo("[\"../outside.txt\"]");
    Files.delete(directory.getParent().resolve("outside.txt"));

    bundle("/etc/hostname", "x");
    assertThat(verify().body().get("missing_count").intValue()).isEqualTo(1);
    Files.createSymbolicLink(directory.resolve("link"), Path.of("/etc/hostname"));
    bundle("link", "x");
    assertThat(verify().verdict()).isEqualTo(JobResult.Verdict.FAILED_GATE);
  }
}
