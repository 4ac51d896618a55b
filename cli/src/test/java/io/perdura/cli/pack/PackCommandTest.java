package io.perdura.cli.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.kernel.CanonicalJson;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackCommandTest {
  private static final String PACK =
      "{'version':'aionis_pack_v1','tenant_id':'t','scope':'s','nodes':[{'id':'1','client_id':'a'},{'id':'2','client_id':null}],"
          + "'edges':[{'id':'e','src_client_id':'a','src_id':'1','dst_client_id':null,'dst_id':'2'}],'commits':[]}";

  private final TestConsole console = new TestConsole();

  @TempDir Path temp;

  private int verify(String pack, String hash) throws IOException {
    String document = "{'manifest':{'sha256':'" + hash + "'},'pack':" + pack + "}";
    Path file = Files.writeString(temp.resolve("pack.json"), document.replace('\'', '"'));
    return Main.run(console.console(), "pack", "verify", file.toString());
  }

  private static String hash(String pack) throws IOException {
    return CanonicalJson.sha256Hex(Jsons.MAPPER.readTree(pack.replace('\'', '"')));
  }

  @Test
  void aWholePackIsSound() throws IOException {
    assertThat(verify(PACK, hash(PACK))).isZero();
    assertThat(console.out()).contains("sound: scope t/s, 2 nodes, 1 edges");
  }

  @Test
  void theContractsEmptyPackHasItsHash() throws IOException {
    String empty =
        "{'version':'aionis_pack_v1','tenant_id':'default','scope':'default','nodes':[],'edges':[],'commits':[]}";
    assertThat(verify(empty, "1cfb6bad9eaeba479e9b76c3fd9dbeb06ae08b0fd4acf9e734bffa7d61f026fc"))
        .isZero();
  }

  @Test
  void aChangedPackIsTold() throws IOException {
    assertThat(verify(PACK.replace("'a'", "'b'"), hash(PACK))).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("its content was changed");
  }

  @Test
  void anEdgeWithoutItsEndIsTold() throws IOException {
    String torn = PACK.replace("'dst_id':'2'", "'dst_id':'3'");
    assertThat(verify(torn, hash(torn))).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("edge e points at a node outside the pack");
  }

  @Test
  void whatIsNoPackIsOneSentence() throws IOException {
    assertThat(verify("{'x':1}", "")).isEqualTo(Main.FAILED);
    assertThat(console.err()).contains("This is no pack");
  }

  @Test
  void movedIntoAnotherScopeItIsStillWhole() throws IOException {
    PackFile pack = PackFile.of(Jsons.MAPPER.readTree(PACK.replace('\'', '"'))).into("other");
    assertThat(pack.faults()).isEmpty();
    assertThat(pack.importing(false).at("/pack/scope").asText()).isEqualTo("other");
    assertThat(pack.importing(false).path("manifest_sha256").asText()).isEqualTo(pack.sha256());
  }
}
