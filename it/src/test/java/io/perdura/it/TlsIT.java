package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The public API over TLS, with a certificate of the test's own. */
class TlsIT {
  static final String PASSWORD = "keystore-of-a-test";
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  @Test
  void theApiSpeaksTlsAndTakesARenewedCertificateWithoutARestart(@TempDir Path directory)
      throws Exception {
    Path store = directory.resolve("public.p12");
    KeyStore first = makeKey(store, "first");
    int port = freePort();
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            new LibertyServer("tls", database.jdbcUrl(), database.user(), database.password())
                .withTls(store, PASSWORD, port)
                .start()) {
      HttpResponse<String> answer = get(first, port);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
      assertThat(answer.headers().firstValue("strict-transport-security")).isPresent();
      assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
      assertThat(protocol(first, port, "TLSv1.2")).isEqualTo("TLSv1.2");
      assertThat(versionOf(hello(0x0301), port)).as("TLS 1.0").isEqualTo("refused");
      assertThat(versionOf(hello(0x0302), port)).as("TLS 1.1").isEqualTo("refused");
      assertThat(versionOf(hello(0x0303), port)).as("the same hello for TLS 1.2").isEqualTo("0303");
      assertThat(server.api().get("/health").header("strict-transport-security")).isNull();

      KeyStore second = makeKey(directory.resolve("renewed.p12"), "second");
      Files.move(
          directory.resolve("renewed.p12"),
          store,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      Poll.until("the renewed certificate is shown", PATIENCE, () -> accepts(second, port));
    }
  }

  private static boolean accepts(KeyStore trusted, int port) {
    try {
      return get(trusted, port).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static HttpResponse<String> get(KeyStore trusted, int port) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().sslContext(context(trusted)).build()) {
      return client.send(request(port), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String protocol(KeyStore trusted, int port, String only) throws Exception {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {only});
    try (HttpClient client =
        HttpClient.newBuilder().sslContext(context(trusted)).sslParameters(parameters).build()) {
      return client
          .send(request(port), HttpResponse.BodyHandlers.ofString())
          .sslSession()
          .orElseThrow()
          .getProtocol();
    }
  }

  private static HttpRequest request(int port) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/health"))
        .timeout(Duration.ofSeconds(20))
        .build();
  }

  private static SSLContext context(KeyStore trusted) throws Exception {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** A client hello written by hand: the JDK's own client would not even offer old versions. */
  private static byte[] hello(int version) {
    String suites = "c009c00ac013c014002f0035c02bc02c";
    String extensions =
        "000a00040002001700"
            + "0b00020100"
            + "000d000c000a04030401020302010804"
            + "0000000e000c0000096c6f63616c686f7374";
    String body =
        String.format("%04x", version)
            + "42".repeat(32)
            + "00"
            + String.format("%04x", suites.length() / 2)
            + suites
            + "0100"
            + String.format("%04x", extensions.length() / 2)
            + extensions;
    String handshake = "01" + String.format("%06x", body.length() / 2) + body;
    return HexFormat.of()
        .parseHex("160301" + String.format("%04x", handshake.length() / 2) + handshake);
  }

  /** Returns the version that the server hello chooses, or that there was none. */
  private static String versionOf(byte[] hello, int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write(hello);
      out.flush();
      InputStream in = socket.getInputStream();
      byte[] answer = in.readNBytes(11);
      boolean serverHello = answer.length == 11 && answer[0] == 0x16 && answer[5] == 0x02;
      return serverHello ? HexFormat.of().formatHex(answer, 9, 11) : "refused";
    }
  }

  /** Makes a key with a certificate of its own; returns what trusts it. */
  static KeyStore makeKey(Path file, String name) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "public",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost,O=" + name,
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore own = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("public", (X509Certificate) own.getCertificate("public"));
    return trusted;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
