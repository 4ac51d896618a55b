package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.perdura.kernel.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenVerifierTest {
  private static final long NOW = 1_800_000_000L;
  private static final RSAKey RSA = Tokens.rsa("r1");
  private static final ECKey EC = Tokens.ec("e1");
  private static final String GOOD =
      "{'tenant_id':' acme ','sub':'planner-1','team_id':'ops','role':'member','exp':1900000000}";

  private final TokenVerifier own = verifier();

  @Test
  void theContractsClaimsNameThePrincipal() {
    Principal principal = own.verify(Tokens.secret(GOOD)).orElseThrow();
    assertThat(principal.tenantId()).isEqualTo("acme");
    assertThat(principal.agentId()).isEqualTo("planner-1");
    assertThat(principal.teamId()).isEqualTo("ops");
    assertThat(principal.role()).isEqualTo("member");
    assertThat(principal.keyPrefix()).isNull();
  }

  @Test
  void tenantIdGoesBeforeTenantAndAgentIdBeforeSub() {
    Principal principal =
        own.verify(Tokens.secret("{'tenant_id':'a','tenant':'b','agent_id':'x','sub':'y'}"))
            .orElseThrow();
    assertThat(principal.tenantId()).isEqualTo("a");
    assertThat(principal.agentId()).isEqualTo("x");
    assertThat(own.verify(Tokens.secret("{'tenant':'b'}")).orElseThrow().agentId()).isNull();
  }

  @Test
  void withoutATenantThereIsNoPrincipal() {
    refused("{}", "{'tenant_id':' '}", "{'tenant_id':5}", "[]", "null", "'acme'", "nonsense", "");
  }

  @Test
  void aTokenEndsWhenItSaysSoAndTheClocksDifference() {
    accepted("{'tenant':'t','exp':" + (NOW - 30) + "}", "{'tenant':'t','exp':1.9e9}");
    refused("{'tenant':'t','exp':" + (NOW - 31) + "}", "{'tenant':'t','exp':0}");
    accepted("{'tenant':'t','nbf':" + (NOW + 30) + "}");
    refused("{'tenant':'t','nbf':" + (NOW + 31) + "}");
  }

  @Test
  void anEndThatIsNoNumberIsNoEndlessToken() {
    refused(
        "{'tenant':'t','exp':'1900000000'}",
        "{'tenant':'t','exp':{}}",
        "{'tenant':'t','nbf':true}");
    accepted("{'tenant':'t'}", "{'tenant':'t','exp':null}");
  }

  @Test
  void productionWantsEveryTokenToEnd() {
    TokenVerifier production = verifier("APP_ENV", "prod");
    assertThat(production.verify(Tokens.secret("{'tenant':'t'}"))).isEmpty();
    assertThat(production.verify(Tokens.secret("{'tenant':'t','exp':1e999}"))).isEmpty();
    assertThat(production.verify(Tokens.secret(GOOD))).isPresent();
  }

  @Test
  void aRememberedTokenStillEnds() {
    MovingClock clock = new MovingClock();
    Settings settings = Settings.of(Tokens.settings("MEMORY_JWT_CLOCK_SKEW_SEC", "0"));
    TokenVerifier verifier = new TokenVerifier(settings, new TokenKeys(settings), clock);
    String token = Tokens.secret("{'tenant':'t','exp':" + (NOW + 5) + "}");
    assertThat(verifier.verify(token)).isPresent();
    clock.seconds = NOW + 5;
    assertThat(verifier.verify(token)).isPresent();
    clock.seconds = NOW + 6;
    assertThat(verifier.verify(token)).isEmpty();
  }

  @Test
  void anotherSecretOrAChangedByteIsNoSignature() {
    assertThat(own.verify(Tokens.mac(new byte[32], GOOD))).isEmpty();
    String token = Tokens.secret(GOOD);
    String[] parts = token.split("\\.");
    String other = Tokens.secret(GOOD.replace("acme", "evil")).split("\\.")[1];
    assertThat(own.verify(parts[0] + "." + other + "." + parts[2])).isEmpty();
    assertThat(own.verify(parts[0] + "." + parts[1] + ".")).isEmpty();
    assertThat(own.verify(parts[0] + "." + parts[1])).isEmpty();
    assertThat(own.verify(token + ".x")).isEmpty();
    assertThat(own.verify("x".repeat(9_000))).isEmpty();
  }

  @Test
  void aShortSecretWorksForDevelopers() {
    TokenVerifier verifier = verifier("MEMORY_JWT_HS256_SECRET", "dev");
    byte[] padded = Arrays.copyOf("dev".getBytes(StandardCharsets.UTF_8), 32);
    // HMAC pads its key with zeros, so the library can sign with it.
    assertThat(verifier.verify(Tokens.mac(padded, GOOD))).isPresent();
  }

  @Test
  void standardBase64IsToleratedAsInTheReference() throws Exception {
    String header = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    String claims = "{\"tenant\":\"t\",\"x\":\"\u00ff\u00fe\u00bf\u00ff\u00ff???>>>\"}";
    Base64.Encoder standard = Base64.getEncoder();
    String input =
        standard.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + standard.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    javax.crypto.Mac mac = javax.crypto.Mac.getInstance("HmacSHA256");
    mac.init(
        new javax.crypto.spec.SecretKeySpec(
            Tokens.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String signature = standard.encodeToString(mac.doFinal(input.getBytes(StandardCharsets.UTF_8)));
    assertThat(input).containsAnyOf("+", "/");
    assertThat(own.verify(input + "." + signature)).isPresent();
  }

  @Test
  void publicKeysVerifyBothAlgorithmsWhateverTheirForm() throws Exception {
    for (String keys :
        List.of(
            Tokens.publicSet(RSA, EC),
            Tokens.pem(RSA.toPublicKey()) + Tokens.pem(EC.toPublicKey()),
            (Tokens.pem(RSA.toPublicKey()) + Tokens.pem(EC.toPublicKey())).replace("\n", "\\n"))) {
      TokenVerifier verifier = verifier("PERDURA_JWT_PUBLIC_KEY", keys);
      assertThat(verifier.verify(Tokens.signed(RSA, GOOD))).isPresent();
      assertThat(verifier.verify(Tokens.signed(EC, GOOD))).isPresent();
      assertThat(verifier.verify(Tokens.signed(Tokens.rsa("r1"), GOOD))).isEmpty();
      assertThat(verifier.verify(Tokens.signed(Tokens.ec("e1"), GOOD))).isEmpty();
    }
  }

  @Test
  void noTokenChoosesWhatItIsVerifiedWith() throws Exception {
    String pem = Tokens.pem(RSA.toPublicKey());
    TokenVerifier verifier = verifier("PERDURA_JWT_PUBLIC_KEY", pem, "MEMORY_JWT_HS256_SECRET", "");
    for (byte[] known :
        List.of(
            pem.getBytes(StandardCharsets.UTF_8),
            pem.strip().getBytes(StandardCharsets.UTF_8),
            RSA.toPublicKey().getEncoded(),
            Tokens.publicSet(RSA).getBytes(StandardCharsets.UTF_8))) {
      assertThat(verifier.verify(Tokens.mac(known, GOOD))).isEmpty();
    }
    for (String header :
        List.of(
            "{'alg':'none'}",
            "{'alg':'NONE'}",
            "{'alg':''}",
            "{}",
            "{'alg':null}",
            "{'alg':'hs256'}",
            "{'alg':'HS384'}",
            "{'alg':'PS256'}",
            "{'alg':['HS256']}")) {
      String signature = Tokens.signed(RSA, GOOD).split("\\.")[2];
      assertThat(verifier.verify(Tokens.raw(header, GOOD, ""))).as(header).isEmpty();
      assertThat(verifier.verify(Tokens.raw(header, GOOD, signature))).as(header).isEmpty();
      assertThat(own.verify(Tokens.raw(header, GOOD, signature))).as(header).isEmpty();
    }
    // A signature of zeros was once taken for a valid one by the JDK.
    String zeros = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[64]);
    assertThat(
            verifier("PERDURA_JWT_PUBLIC_KEY", Tokens.publicSet(EC))
                .verify(Tokens.raw("{'alg':'ES256','kid':'e1'}", GOOD, zeros)))
        .isEmpty();
  }

  @Test
  void aKeyThatTheTokenBringsAlongIsNoKey() throws Exception {
    RSAKey mine = Tokens.rsa("mine");
    String header = "{'alg':'RS256','kid':'r1','jwk':" + mine.toPublicJWK().toJSONString() + "}";
    String[] parts = Tokens.signed(mine, GOOD).split("\\.");
    TokenVerifier verifier = verifier("PERDURA_JWT_PUBLIC_KEY", Tokens.publicSet(RSA));
    assertThat(
            verifier.verify(
                Tokens.base64(header.replace('\'', '"')) + "." + parts[1] + "." + parts[2]))
        .isEmpty();
  }

  @Test
  void keysForOtherPurposesAndWeakOnesAreLeftOut() throws Exception {
    RSAKey encrypting =
        new RSAKey.Builder(RSA).keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION).build();
    RSAKey another =
        new RSAKey.Builder(RSA).algorithm(com.nimbusds.jose.JWSAlgorithm.RS512).build();
    com.nimbusds.jose.jwk.OctetSequenceKey secret =
        new com.nimbusds.jose.jwk.OctetSequenceKey.Builder(new byte[32]).keyID("o").build();
    assertThat(
            TokenKeySet.parse(
                    new com.nimbusds.jose.jwk.JWKSet(List.of(encrypting, another, secret))
                        .toString(false))
                .isEmpty())
        .isTrue();
    java.security.KeyPairGenerator small = java.security.KeyPairGenerator.getInstance("RSA");
    small.initialize(1024);
    assertThat(TokenKeySet.parse(Tokens.pem(small.generateKeyPair().getPublic())).isEmpty())
        .isTrue();
  }

  @Test
  void issuerAndAudienceMustBeOursWhereTheyAreConfigured() {
    TokenVerifier verifier =
        verifier(
            "PERDURA_JWT_PUBLIC_KEY", Tokens.publicSet(RSA),
            "PERDURA_JWT_ISSUER", "https://id.example",
            "PERDURA_JWT_AUDIENCE", "perdura, memory");
    String ours = "'iss':'https://id.example','aud':";
    for (String claims : List.of(ours + "'perdura'", ours + "['other','memory']")) {
      assertThat(verifier.verify(Tokens.signed(RSA, "{'tenant':'t'," + claims + "}"))).isPresent();
    }
    for (String claims :
        List.of(
            "'x':1",
            "'aud':'perdura'",
            "'iss':'https://id.example'",
            ours + "'other'",
            ours + "[]",
            ours + "5",
            ours + "{'perdura':'perdura2'}",
            "'iss':'https://id.example/','aud':'perdura'",
            "'iss':['https://id.example'],'aud':'perdura'",
            "'iss':null,'aud':'perdura'")) {
      assertThat(verifier.verify(Tokens.signed(RSA, "{'tenant':'t'," + claims + "}")))
          .as(claims)
          .isEmpty();
    }
    // The secret was made for this service alone.
    assertThat(verifier.verify(Tokens.secret("{'tenant':'t'}"))).isPresent();
    assertThat(verifier.verify(Tokens.secret("{'tenant':'t','iss':'https://evil.example'}")))
        .isEmpty();
    assertThat(verifier.verify(Tokens.secret("{'tenant':'t','aud':'other'}"))).isEmpty();
  }

  @Test
  void anExtensionThatMustBeUnderstoodIsRefused() throws Exception {
    com.nimbusds.jose.JWSHeader header =
        new com.nimbusds.jose.JWSHeader.Builder(com.nimbusds.jose.JWSAlgorithm.HS256)
            .criticalParams(java.util.Set.of("x"))
            .customParam("x", 1)
            .build();
    com.nimbusds.jose.JWSObject token =
        new com.nimbusds.jose.JWSObject(
            header, new com.nimbusds.jose.Payload("{\"tenant\":\"t\"}"));
    token.sign(new com.nimbusds.jose.crypto.MACSigner(Tokens.SECRET));
    assertThat(own.verify(token.serialize())).isEmpty();
  }

  @Test
  void aRenewedTokenIsTheSameCaller() {
    String first = own.verify(Tokens.secret(GOOD)).orElseThrow().fingerprint();
    String later = GOOD.replace("1900000000", "1900000777");
    assertThat(own.verify(Tokens.secret(later)).orElseThrow().fingerprint()).isEqualTo(first);
    assertThat(own.verify(Tokens.secret(GOOD.replace("ops", "dev"))).orElseThrow().fingerprint())
        .isNotEqualTo(first);
  }

  @Test
  void noGarbageIsMoreThanRefused() {
    Random random = new Random(7);
    String token = Tokens.secret(GOOD);
    for (int i = 0; i < 3_000; i++) {
      StringBuilder text = new StringBuilder(token);
      for (int changes = random.nextInt(3); changes >= 0; changes--) {
        int at = random.nextInt(text.length());
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, (char) random.nextInt(0x250));
          case 1 -> text.deleteCharAt(at);
          default -> text.insert(at, ".");
        }
      }
      own.verify(text.toString());
      own.verify(Tokens.raw("{'alg':'HS256','kid':" + text.substring(0, 3) + "}", "{}", "AA"));
    }
  }

  private void accepted(String... claims) {
    for (String text : claims) {
      assertThat(own.verify(Tokens.secret(text))).as(text).isPresent();
    }
  }

  private void refused(String... claims) {
    for (String text : claims) {
      assertThat(own.verify(Tokens.secret(text))).as(text).isEmpty();
    }
  }

  private static TokenVerifier verifier(String... more) {
    Settings settings = Settings.of(Tokens.settings(more));
    return new TokenVerifier(
        settings, new TokenKeys(settings), Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC));
  }

  private static final class MovingClock extends Clock {
    private long seconds = NOW;

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(seconds);
    }
  }
}
