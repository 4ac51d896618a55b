package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Alerts to receivers whose certificates are of an authority of the operator's own. */
@Timeout(60)
class AlertsOverTlsTest extends ControlPlaneSuite {
  private static final String PASSWORD = "keystore-of-a-test";

  @TempDir private static Path directory;

  private static Path authority;
  private final BlockingQueue<String> heard = new ArrayBlockingQueue<>(16);
  private HttpsServer receiver;

  @BeforeAll
  static void certificates() throws Exception {
    keytool("-alias", "ca", "-dname", "CN=authority of a test", "-ext", "bc:c");
    keytool("-alias", "good", "-dname", "CN=r", "-ext", "san=dns:receiver.test", "-signer", "ca");
    keytool(
        "-alias",
        "expired",
        "-dname",
        "CN=r",
        "-ext",
        "san=dns:receiver.test",
        "-signer",
        "ca",
        "-startdate",
        "-3d",
        "-validity",
        "1");
    keytool("-alias", "other", "-dname", "CN=r", "-ext", "san=dns:other.test", "-signer", "ca");
    authority = directory.resolve("authorities.pem");
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    Files.writeString(
        authority,
        "authority of a test\n-----BEGIN CERTIFICATE-----\n"
            + lines.encodeToString(keys().getCertificate("ca").getEncoded())
            + "\n-----END CERTIFICATE-----\n");
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    command.addAll(List.of("-keystore", directory.resolve("keys.p12").toString()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static KeyStore keys() throws IOException, GeneralSecurityException {
    return KeyStore.getInstance(directory.resolve("keys.p12").toFile(), PASSWORD.toCharArray());
  }

  @BeforeEach
  void tenant() {
    putTenant("{\"tenant_id\":\"acme\"}");
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  /** Starts the receiver with one of the certificates, and sends it an alert. */
  private JsonNode deliver(String certificate, Map<String, String> more) throws Exception {
    KeyStore one = KeyStore.getInstance("PKCS12");
    one.load(null, null);
    Certificate[] chain = keys().getCertificateChain(certificate);
    one.setKeyEntry(
        "own", keys().getKey(certificate, PASSWORD.toCharArray()), PASSWORD.toCharArray(), chain);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(one, PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    receiver = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.setHttpsConfigurator(new HttpsConfigurator(context));
    receiver.createContext(
        "/",
        exchange -> {
          heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(200, 2);
          exchange.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    receiver.start();
    String origin = "https://receiver.test:" + receiver.getAddress().getPort();
    Map<String, String> values = new HashMap<>(more);
    values.put("ADMIN_TOKEN", "x".repeat(40));
    values.put("PERDURA_OUTBOUND_ALLOW", origin);
    Settings settings = Settings.of(values);
    Outbound outbound =
        new Outbound(settings, host -> new InetAddress[] {InetAddress.getLoopbackAddress()});
    Sealer sealer = new Sealer(settings);
    AlertService alerts = new AlertService(jpa, sealer, outbound);
    String route =
        "{\"tenant_id\":\"acme\",\"channel\":\"webhook\",\"target\":\"" + origin + "/in\"}";
    alerts.create(alerts.read(Jsons.stored(route)), ADMIN);
    AlertMessage message =
        new AlertMessage("acme", "slow", "warning", "look", Jsons.object(), null);
    new AlertSender(jpa, sealer, new OutboundClient(outbound, settings), Clock.systemUTC())
        .send(message, Duration.ofMinutes(30), "r1");
    return alerts.deliveries(ALL, ADMIN).at("/deliveries/0");
  }

  private static Map<String, String> trusting() {
    return Map.of("PERDURA_OUTBOUND_CA_FILE", authority.toString());
  }

  @Test
  void anAlertReachesAReceiverOfATrustedAuthority() throws Exception {
    JsonNode row = deliver("good", trusting());
    assertThat(row.get("status").asText()).as(row.toPrettyString()).isEqualTo("sent");
    assertThat(row.get("response_code").asInt()).isEqualTo(200);
    assertThat(Jsons.stored(heard.take()).get("event_type").asText()).isEqualTo("slow");
  }

  @Test
  void anAuthorityThatNobodyTrustsIsToldAndNothingIsSent() throws Exception {
    JsonNode row = deliver("good", Map.of());
    assertThat(row.get("status").asText()).isEqualTo("failed");
    assertThat(row.get("response_code").isNull()).isTrue();
    assertThat(row.get("error").asText())
        .isEqualTo(
            "the receiver's certificate is of no authority that is trusted here;"
                + " PERDURA_OUTBOUND_CA_FILE names further ones");
    assertThat(heard).isEmpty();
  }

  @Test
  void anotherNameAndAnExpiredCertificateAreTold() throws Exception {
    assertThat(deliver("other", trusting()).get("error").asText())
        .startsWith("the receiver's certificate is not for its name: ");
    receiver.stop(0);
    assertThat(deliver("expired", trusting()).get("error").asText())
        .isEqualTo("the receiver's certificate has expired");
    assertThat(heard).isEmpty();
  }

  @Test
  void aFileOfAuthoritiesThatCannotBeUsedIsAFaultAtTheStart() throws Exception {
    receiver = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    Path empty = Files.writeString(directory.resolve("empty.pem"), "nothing\n");
    for (String file : List.of(directory.resolve("missing.pem").toString(), empty.toString())) {
      Settings settings = Settings.of(Map.of("PERDURA_OUTBOUND_CA_FILE", file));
      assertThat(new ControlSettings().check(settings))
          .singleElement()
          .asString()
          .startsWith("PERDURA_OUTBOUND_CA_FILE: ");
    }
    assertThat(new ControlSettings().check(Settings.of(trusting()))).isEmpty();
  }
}
