package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract's conformance vectors that need no database (section 15), to the byte. */
class ConformanceVectorsTest {
  @Test
  void stableIdsDependOnTheNameAlone() {
    assertThat(StableIds.uuid("default:node:evt-1"))
        .hasToString("0fa654e5-035c-51b1-8cea-05b8ec64c83c");
    assertThat(StableIds.uuid("tenant:acme::scope:default:node:evt-1"))
        .hasToString("03e64967-f2d3-5925-a1e4-14576cd31309");
  }

  @Test
  void everyEcmaScriptSpaceIsCollapsed() {
    assertThat(TextRules.normalise("\u00a0 a\u2003b\ufeffc", 8000)).isEqualTo("a b c");
  }

  @Test
  void onlyEcmaScriptSpacesAreCollapsed() {
    assertThat(TextRules.normalise("a\u0085b\u180ec\u200bd", 8000))
        .isEqualTo("a\u0085b\u180ec\u200bd");
  }

  @Test
  void textThatIsTooLongIsCutWithAnEllipsis() {
    assertThat(TextRules.normalise("abcdefghij", 5)).isEqualTo("abcd…");
    assertThat(TextRules.normalise("abcde", 5)).isEqualTo("abcde");
  }

  @Test
  void mailAddressesAreTagged() {
    Redaction redaction = new Redaction(true);

    assertThat(redaction.redact("mail A.b+c@Ex-ample.co.uk!")).isEqualTo("mail [EMAIL#06313647]!");
    assertThat(redaction.counts()).isEqualTo(Map.of("email", 1));
  }

  @Test
  void phoneNumbersAreTagged() {
    Redaction redaction = new Redaction(true);

    assertThat(redaction.redact("call (415) 555-1234 or +1 415 555 1234, 4155551234"))
        .isEqualTo("call [PHONE#0f21ad02] or [PHONE#8087d115], [PHONE#732b2beb]");
    assertThat(redaction.counts()).isEqualTo(Map.of("phone", 3));
  }

  @Test
  void addressesAreTaggedWithoutARangeCheck() {
    assertThat(new Redaction(true).redact("ip 1.2.3.4 and 999.999.999.999 v1.2.3.4.5"))
        .isEqualTo("ip [IP#6694f83c] and [IP#a464c3cb] v1.[IP#cff13a99]");
  }

  @Test
  void lastTenDigitsOfALongRunAreTaggedAsAPhoneNumber() {
    assertThat(new Redaction(true).redact("ts 1795228930864")).isEqualTo("ts 179[PHONE#fe332de0]");
  }

  @Test
  void canonicalJsonSortsKeysByCodeUnitAndPrintsLikeEcmaScript() {
    ObjectNode value = Jsons.object().put("b", 1);
    value.putArray("a").addNull().add(1.0).add(-0.0).add(1e21).add(1e-7).add(0.1 + 0.2);
    value.put("10", 1).put("9", 2).put("Z", true).put("é", "\u001f");

    assertThat(CanonicalJson.write(value))
        .isEqualTo(
            "{\"10\":1,\"9\":2,\"Z\":true,\"a\":[null,1,0,1e+21,1e-7,0.30000000000000004],"
                + "\"b\":1,\"é\":\"\\u001f\"}");
  }

  @Test
  void integersLoseWhatADoubleCannotHold() {
    assertThat(CanonicalJson.write(Jsons.stored("12345678901234567890")))
        .isEqualTo("12345678901234567000");
    assertThat(CanonicalJson.write(Jsons.stored("1e400"))).isEqualTo("null");
  }

  @Test
  void loneSurrogatesAreEscapedAndHashedAsTheReplacementCharacter() {
    assertThat(CanonicalJson.write(Jsons.MAPPER.getNodeFactory().textNode("a\ud83d")))
        .isEqualTo("\"a\\ud83d\"");
    assertThat(Hashes.sha256Hex("a\ud83d")).isEqualTo(Hashes.sha256Hex("a\ufffd"));
    assertThat(StableIds.uuid("a\udc00b")).isEqualTo(StableIds.uuid("a\ufffdb"));
    assertThat(Hashes.sha256Hex("😀")).isNotEqualTo(Hashes.sha256Hex("\ufffd\ufffd"));
  }

  @Test
  void emptyPackHashesAsDocumented() {
    ObjectNode pack =
        Jsons.object()
            .put("version", "aionis_pack_v1")
            .put("tenant_id", "default")
            .put("scope", "default");
    pack.putArray("nodes");
    pack.putArray("edges");
    pack.putArray("commits");

    assertThat(CanonicalJson.sha256Hex(pack))
        .isEqualTo("1cfb6bad9eaeba479e9b76c3fd9dbeb06ae08b0fd4acf9e734bffa7d61f026fc");
  }

  @Test
  void vectorLiteralHashesAsDocumented() {
    StringBuilder literal = new StringBuilder("[1");
    literal.append(",0".repeat(1535)).append(']');

    assertThat(Hashes.sha256Hex(literal.toString()))
        .isEqualTo("0e0b1216f8f902bf1117a2c79646a645c8325ee448334f5796cd04f12bf418cd");
  }

  @Test
  void databaseTargetHashesAsDocumented() {
    assertThat(Hashes.sha256Hex("loopback:55533/mem"))
        .isEqualTo("765d76f8a66ced80b50fc8345e80fca2f38666af4a6fb57261cce25f9be1ed63");
  }

  @Test
  void commitWithoutNodesHashesAsDocumented() {
    ObjectNode diff = Jsons.object();
    diff.putObject("redaction");
    diff.putArray("nodes");
    diff.putArray("edges");
    String diffSha = CanonicalJson.sha256Hex(diff);
    String root = commitHash("", "root", diffSha, null);

    assertThat(diffSha)
        .isEqualTo("be5b6f4aa076ae62fd56550b1016b3d5790ba05bdff488f05aa07f163d7df8af");
    assertThat(root).isEqualTo("5244b00b839b47e665c15bfae2120a215d4a2521a2476b9a988131a05f76e30d");
    assertThat(commitHash(root, "child", diffSha, "p"))
        .isEqualTo("ba37ff7161187db38bfdf3d78fe23798f7e7d5e96e6d0188448b60b0245dd425");
  }

  private static String commitHash(
      String parentHash, String input, String diffSha, String promptVersion) {
    return CanonicalJson.sha256Hex(
        Jsons.object()
            .put("parentHash", parentHash)
            .put("inputSha", Hashes.sha256Hex(input))
            .put("diffSha", diffSha)
            .put("scope", "ch")
            .put("actor", "system")
            .putNull("model_version")
            .put("prompt_version", promptVersion));
  }
}
