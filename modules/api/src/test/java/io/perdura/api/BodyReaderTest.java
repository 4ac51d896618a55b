package io.perdura.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class BodyReaderTest {
  private static final Charset UTF_32 = Charset.forName("UTF-32");

  @Test
  void jsonIsReadWhateverItsParametersAndCase() throws IOException {
    for (String type : List.of("application/json", "Application/JSON ; charset=utf-8; x=y")) {
      assertThat(read(request("{\"a\":1}").header("content-type", type)))
          .isEqualTo(Jsons.object().put("a", 1));
    }
  }

  @Test
  void aScalarIsABodyToo() throws IOException {
    assertThat(read(request("null")).isNull()).isTrue();
    assertThat(read(request("[1]")).isArray()).isTrue();
    assertThat(read(request("5")).isNumber()).isTrue();
  }

  @Test
  void noBodyAndNoTypeIsNothing() throws IOException {
    assertThat(read(StubRequest.of(Routes.WRITE)).isMissingNode()).isTrue();
  }

  @Test
  void plainTextIsAText() throws IOException {
    JsonNode body =
        read(StubRequest.of(Routes.WRITE).header("content-type", "text/plain").body("{}"));
    assertThat(body.isTextual()).isTrue();
  }

  @Test
  void theLastOfDuplicateKeysWins() throws IOException {
    assertThat(read(request("{\"a\":1,\"a\":2}"))).isEqualTo(Jsons.object().put("a", 2));
  }

  @Test
  void brokenJsonIsTheClientsMistake() {
    for (String broken :
        List.of(
            "",
            " ",
            "{",
            "{\"a\":}",
            "{'a':1}",
            "{\"a\":1}}",
            "{\"a\":1} x",
            "{\"a\":NaN}",
            "{\"a\":01}",
            "{a:1}",
            "// x\n{}",
            "{\"a\":\"\u0001\"}",
            "[".repeat(300) + "]".repeat(300),
            "{\"a\":" + "9".repeat(2000) + "}")) {
      refuses(400, "invalid_request", request(broken));
    }
    refuses(400, "invalid_request", request("").body(new byte[] {'"', (byte) 0xff, '"'}));
    for (Charset other : List.of(StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, UTF_32)) {
      refuses(400, "invalid_request", request("").body("{}".getBytes(other)));
    }
  }

  @Test
  void aFaultOfSyntaxSaysWhereAndRepeatsNothing() {
    assertThatThrownBy(() -> read(request("{\"secret\": oops}")))
        .isInstanceOfSatisfying(
            ApiException.class,
            e ->
                assertThat(e.body().toString())
                    .isEqualTo(
                        "{\"error\":\"invalid_request\",\"message\":\"the body is not valid JSON\","
                            + "\"details\":{\"line\":1,\"column\":12}}"));
  }

  @Test
  void keysThatReachPrototypesAreRefusedAtAnyDepth() throws IOException {
    refuses(400, "invalid_request", request("{\"__proto__\":1}"));
    refuses(400, "invalid_request", request("{\"a\":[[{\"\\u005f_proto__\":{}}]]}"));
    refuses(400, "invalid_request", request("{\"a\":{\"constructor\":{\"prototype\":1}}}"));
    assertThat(read(request("{\"constructor\":1,\"prototype\":2}"))).hasSize(2);
  }

  @Test
  void otherTypesAreNotSupported() {
    for (String type :
        List.of("application/xml", "application/x-www-form-urlencoded", "nonsense")) {
      refuses(415, "unsupported_media_type", request("{}").header("content-type", type));
    }
    refuses(415, "unsupported_media_type", StubRequest.of(Routes.WRITE).body("{}"));
  }

  @Test
  void fiveMebibytesAreTheLimit() throws IOException {
    String fitting = "\"" + "x".repeat(BodyReader.MAX_BYTES - 2) + "\"";
    assertThat(read(request(fitting)).textValue()).hasSize(BodyReader.MAX_BYTES - 2);
    assertThat(read(request(fitting).chunked()).textValue()).hasSize(BodyReader.MAX_BYTES - 2);
    refuses(413, "request_too_large", request(fitting + " "));
    refuses(413, "request_too_large", request(fitting + " ").chunked());
  }

  @Test
  void aMarkOfByteOrderIsNoFault() throws IOException {
    byte[] bytes = "\ufeff{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    assertThat(read(request("").body(bytes))).isEqualTo(Jsons.object().put("a", 1));
  }

  private static StubRequest request(String body) {
    return StubRequest.json(Routes.WRITE, body);
  }

  private static JsonNode read(StubRequest request) throws IOException {
    return BodyReader.read(request.build());
  }

  private static void refuses(int status, String code, StubRequest request) {
    assertThatThrownBy(() -> read(request))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(status);
              assertThat(e.code()).isEqualTo(code);
            });
  }
}
