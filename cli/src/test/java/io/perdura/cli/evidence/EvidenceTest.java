package io.perdura.cli.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.Trouble;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceTest {
  private final TestConsole console = new TestConsole();

  @TempDir Path temp;
  private Path key;
  private Path run;

  @BeforeEach
  void seal() {
    key = temp.resolve("operator.key");
    assertThat(Main.run(console.console(), "evidence", "keygen", "--key", key.toString())).isZero();
    run = temp.resolve("artifacts/run");
    EvidenceDirectory evidence = EvidenceDirectory.create(run, List.of("a-secret-token"));
    evidence.write("00_raw.json", Jsons.object().put("seen", "x a-secret-token y"));
    evidence.summarise(Jsons.object().put("gate", "core").put("verdict", "pass"));
    Manifest.seal(run, Optional.of(OperatorKey.read(key)));
  }

  private int verify(Path publicKey) {
    return Main.run(
        console.console(),
        "evidence",
        "verify",
        run.toString(),
        "--public-key",
        publicKey.toString());
  }

  private void refuses(String reason) {
    assertThat(verify(OperatorKey.publicFile(key))).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("NOT SOUND", reason);
  }

  @Test
  void whatWasSignedAndLeftAloneIsSound() {
    assertThat(verify(OperatorKey.publicFile(key))).isZero();
    assertThat(console.out()).contains("sound: 3 files", "verdict of the run: pass");
  }

  @Test
  void theKeyIsForItsOwnerAlone() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> OperatorKey.read(key))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("0600");
  }

  @Test
  void aKeyIsNeverReplaced() throws IOException {
    String before = Files.readString(key);
    assertThat(Main.run(console.console(), "evidence", "keygen", "--key", key.toString()))
        .isEqualTo(Main.FAILED);
    assertThat(Files.readString(key)).isEqualTo(before);
  }

  @Test
  void secretsNeverGetIntoAFile() throws IOException {
    assertThat(Files.readString(run.resolve("00_raw.json"))).contains("x [removed] y");
  }

  @Test
  void anEditedFileIsTold() throws IOException {
    Files.writeString(run.resolve("summary.json"), "{\"gate\":\"core\",\"verdict\":\"pass!\"}");
    refuses("summary.json was edited");
  }

  @Test
  void aMissingFileIsTold() throws IOException {
    Files.delete(run.resolve("00_raw.json"));
    refuses("00_raw.json is missing");
  }

  @Test
  void anAddedFileIsTold() throws IOException {
    Files.createDirectories(run.resolve("more"));
    Files.writeString(run.resolve("more/late.json"), "{}");
    refuses("more/late.json was added");
  }

  @Test
  void aManifestThatFollowsTheEditIsTold() throws IOException {
    Files.writeString(run.resolve("late.json"), "{}");
    Path manifest = run.resolve(Manifest.FILE);
    var document = Jsons.MAPPER.readTree(Files.readString(manifest));
    var signature = document.get("signature");
    Files.delete(manifest);
    Manifest.seal(run, Optional.empty());
    var edited =
        (com.fasterxml.jackson.databind.node.ObjectNode)
            Jsons.MAPPER.readTree(Files.readString(manifest));
    edited.set("signature", signature);
    Files.writeString(manifest, edited.toString());
    refuses("the manifest was edited after it was signed");
  }

  @Test
  void anUnsignedDirectoryIsNotSound() throws IOException {
    Files.delete(run.resolve(Manifest.FILE));
    Manifest.seal(run, Optional.empty());
    refuses("nobody signed it");
  }

  @Test
  void aForeignSignatureIsNotSound() {
    Path other = temp.resolve("other.key");
    OperatorKey.generate(other);
    assertThat(verify(OperatorKey.publicFile(other))).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("signed by another key");
  }

  @Test
  void pathsThatLeadOutsideAreTold() throws IOException {
    Files.writeString(temp.resolve("artifacts/outside.json"), "{}");
    Path manifest = run.resolve(Manifest.FILE);
    String text = Files.readString(manifest).replace("00_raw.json", "../outside.json");
    Files.writeString(manifest, text);
    refuses("../outside.json, which is no file of the directory");
  }

  @Test
  void aLinkIsNoEvidence() throws IOException {
    Files.createSymbolicLink(run.resolve("link.json"), temp.resolve("operator.key"));
    assertThat(verify(OperatorKey.publicFile(key))).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("a link or device");
  }

  @Test
  void withoutAManifestNothingIsProved() throws IOException {
    Files.delete(run.resolve(Manifest.FILE));
    assertThat(verify(OperatorKey.publicFile(key))).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("no readable manifest");
  }

  @Test
  void aDirectoryIsNotUsedTwice() {
    assertThatThrownBy(() -> EvidenceDirectory.create(run, List.of()))
        .hasMessageContaining("holds files already");
  }

  @Test
  void namesDoNotLeaveTheDirectory() {
    EvidenceDirectory evidence = EvidenceDirectory.create(temp.resolve("fresh"), List.of());
    assertThatThrownBy(() -> evidence.write("../x", "y"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aDrillIsSignedByHand() throws IOException {
    Path drill = Files.createDirectories(temp.resolve("drill"));
    Files.writeString(
        drill.resolve("summary.json"), "{\"scenario\":\"api_rollback\",\"result\":\"pass\"}");
    assertThat(
            Main.run(
                console.console(), "evidence", "sign", drill.toString(), "--key", key.toString()))
        .isZero();
    assertThat(
            Main.run(
                console.console(), "evidence", "sign", drill.toString(), "--key", key.toString()))
        .isEqualTo(Main.FAILED);
    assertThat(
            Main.run(
                console.console(),
                "evidence",
                "verify",
                drill.toString(),
                "--public-key",
                OperatorKey.publicFile(key).toString()))
        .isZero();
  }
}
