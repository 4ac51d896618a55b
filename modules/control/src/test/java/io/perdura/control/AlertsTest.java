package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpServer;
import io.perdura.access.Admin;
import io.perdura.access.AdminRole;
import io.perdura.kernel.Database;
import io.perdura.kernel.InvalidRequestException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AlertsTest extends ControlPlaneSuite {
  private static final String OLD_KEY = Base64.getEncoder().encodeToString(new byte[32]);
  private static final String NEW_KEY =
      Base64.getEncoder()
          .encodeToString("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));

  private record Heard(Map<String, List<String>> headers, String body) {}

  private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(16);
  private HttpServer receiver;
  private volatile int status = 200;

  @BeforeEach
  void receive() throws IOException {
    heard.clear();
    status = 200;
    putTenant("{\"tenant_id\":\"acme\"}");
    putTenant("{\"tenant_id\":\"globex\"}");
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          heard.add(new Heard(exchange.getRequestHeaders(), body));
          exchange.sendResponseHeaders(status, 2);
          exchange.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private String origin() {
    return "http://127.0.0.1:" + receiver.getAddress().getPort();
  }

  private Settings settings(String keys) {
    return Settings.of(Map.of("PERDURA_SEALING_KEYS", keys, "PERDURA_OUTBOUND_ALLOW", origin()));
  }

  private AlertService alerts(String keys) {
    return new AlertService(
        jpa,
        new Sealer(settings(keys)),
        new Outbound(settings(keys), host -> new InetAddress[] {InetAddress.getByName("8.8.8.8")}));
  }

  private AlertSender sender(String keys) {
    Settings settings = settings(keys);
    return new AlertSender(
        jpa,
        new Sealer(settings),
        new OutboundClient(new Outbound(settings), settings),
        Clock.systemUTC());
  }

  private JsonNode create(AlertService alerts, String body) {
    return alerts.create(alerts.read(Jsons.stored(body.replace('\'', '"'))), ADMIN).get("route");
  }

  private JsonNode create(String body) {
    return create(alerts(OLD_KEY), body);
  }

  private static AlertMessage message(String type, String key) {
    return new AlertMessage("acme", type, "warning", "look", Jsons.object().put("n", 1), key);
  }

  @Test
  void aRouteIsShownWithoutItsSecrets() throws SQLException {
    JsonNode route =
        create(
            "{'tenant_id':' acme ','channel':'webhook','label':' L ','target':' https://Example.com ','secret':'s3cret',"
                + "'events':[' a ',' ','a','b'],'headers':{' x-key ':' topsecret ','blank':' '},'metadata':{'k':1}}");
    assertThat(names(route))
        .containsExactly(
            "id",
            "tenant_id",
            "channel",
            "label",
            "events",
            "status",
            "target",
            "headers",
            "metadata",
            "created_at",
            "updated_at");
    assertThat(route.get("target").asText()).isEqualTo("https://example.com/");
    assertThat(route.get("events").toString()).isEqualTo("[\"a\",\"b\"]");
    assertThat(route.get("headers").toString()).isEqualTo("{\"x-key\":\"********\"}");
    assertThat(route.get("label").asText()).isEqualTo("L");
    assertThat(text("select control_alert_routes::text from control_alert_routes"))
        .doesNotContain("s3cret", "topsecret");
    assertThat(
            text(
                "select (position('s3cret'::bytea in secret_sealed) + position('topsecret'::bytea in headers_sealed))::text"
                    + " from control_alert_routes"))
        .isEqualTo("0");
    assertThat(alerts(OLD_KEY).routes(ALL, ADMIN).get("routes").get(0)).isEqualTo(route);
    JsonNode event =
        tenants.auditEvents(query("action", "alert_route.create"), ADMIN).at("/events/0");
    assertThat(event.get("details"))
        .isEqualTo(
            Jsons.stored(
                "{\"label\":\"L\",\"events\":[\"a\",\"b\"],\"status\":\"active\",\"channel\":\"webhook\"}"));
  }

  @Test
  void targetsAreHeldToTheirChannel() {
    String route = "{'tenant_id':'nobody','channel':'%s','target':'%s'}";
    for (String[] bad :
        new String[][] {
          {"webhook", "http://example.com/"},
          {"webhook", "https://127.0.0.1/"},
          {"webhook", "https://exa\\u0001mple.com/"},
          {"slack_webhook", "https://example.com/"},
          {"pagerduty_events", "https://hooks.slack.com/"}
        }) {
      refuses(400, "invalid_alert_target", () -> create(route.formatted(bad[0], bad[1])));
    }
    refuses(
        404,
        "not_found",
        () -> create(route.formatted("slack_webhook", "https://HOOKS.slack.com./services/x")));
  }

  @Test
  void headersThatCannotBeSentAreRefused() {
    for (String header : new String[] {"'a b':'x'", "'x':'a\\r\\nb: c'", "'Host':'x'", "'x':5"}) {
      assertThatThrownBy(() ->
              create(
                  "{'tenant_id':'acme','channel':'webhook','target':'https://example.com','headers':{"
                      + header
                      + "}}"))
          .as(header)
          .isInstanceOf(InvalidRequestException.class);
    }
  }

  @Test
  void withoutAKeyProductionKeepsNoSecrets() {
    Settings none = Settings.of(Map.of("APP_ENV", "prod", "ADMIN_TOKEN", "x".repeat(40)));
    assertThatThrownBy(() -> new Sealer(none).seal("x", "p")).hasMessageContaining("SEALING_KEYS");
    Settings dev = Settings.of(Map.of("APP_ENV", "dev", "ADMIN_TOKEN", "x".repeat(40)));
    Sealer sealer = new Sealer(dev);
    assertThat(sealer.open(sealer.seal("ü", "p"), "p")).isEqualTo("ü");
    assertThat(Sealer.isValid(settings("c2hvcnQ="))).isFalse();
  }

  @Test
  void whatIsSealedCannotBeMovedOrChanged() {
    Sealer sealer = new Sealer(settings(OLD_KEY));
    byte[] sealed = sealer.seal("secret", "row 1");
    assertThatThrownBy(() -> sealer.open(sealed, "row 2"))
        .isInstanceOf(IllegalStateException.class);
    sealed[sealed.length - 1] ^= 1;
    assertThatThrownBy(() -> sealer.open(sealed, "row 1"))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aNewKeySealsAgainWhatTheOldOneSealed() {
    String route =
        "{'tenant_id':'acme','channel':'webhook','target':'https://example.com','secret':'s','headers':{'h':'v'}}";
    create(route);
    AlertService rotated = alerts(NEW_KEY + "," + OLD_KEY);
    assertThat(rotated.reseal()).isEqualTo(1);
    assertThat(rotated.reseal()).isZero();
    JsonNode shown = alerts(NEW_KEY).routes(ALL, ADMIN).get("routes").get(0);
    assertThat(shown.at("/headers/h").asText()).isEqualTo("********");
    assertThatThrownBy(() -> alerts(OLD_KEY).routes(ALL, ADMIN))
        .hasMessageContaining("no sealing key");
  }

  @Test
  void aRouteIsSwitchedOffAndOn() {
    String id =
        create("{'tenant_id':'acme','channel':'webhook','target':'https://example.com'}")
            .get("id")
            .asText();
    AlertService alerts = alerts(OLD_KEY);
    assertThat(alerts.status(id, "disabled", ADMIN).at("/route/status").asText())
        .isEqualTo("disabled");
    assertThat(alerts.routes(query("status", "disabled"), ADMIN).get("routes")).hasSize(1);
    assertThat(alerts.routes(query("status", "active"), ADMIN).get("routes")).isEmpty();
    refuses(404, "not_found", () -> alerts.status("none", "active", ADMIN));
    Actor other = new Actor(new Admin("c", AdminRole.TENANT_ADMIN, Set.of("globex")), "r");
    refuses(404, "not_found", () -> alerts.status(id, "active", other));
    refuses(403, "forbidden_admin", () -> alerts.routes(query("tenant_id", "acme"), other));
    assertThat(alerts.routes(ALL, other).get("routes")).isEmpty();
  }

  @Test
  void anAlertIsSignedDeliveredAndRecorded() throws Exception {
    create(
        "{'tenant_id':'acme','channel':'webhook','target':'"
            + origin()
            + "/in','secret':'s3cret','headers':{'x-team':'ops'},'events':['slow']}");
    ArrayNode sent = sender(OLD_KEY).send(message("slow", "k"), Duration.ofMinutes(30), "r9");
    assertThat(sent.get(0).get("status").asText()).isEqualTo("sent");
    Heard one = heard.take();
    assertThat(Jsons.stored(one.body()).get("event_type").asText()).isEqualTo("slow");
    assertThat(one.headers().get("X-team")).containsExactly("ops");
    String at = one.headers().get("X-perdura-timestamp").get(0);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("s3cret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    assertThat(one.headers().get("X-perdura-signature"))
        .containsExactly(
            HexFormat.of()
                .formatHex(mac.doFinal((at + "." + one.body()).getBytes(StandardCharsets.UTF_8))));

    assertThat(
            sender(OLD_KEY)
                .send(message("slow", "k"), Duration.ofMinutes(30), "r9")
                .get(0)
                .get("status")
                .asText())
        .isEqualTo("skipped");
    assertThat(sender(OLD_KEY).send(message("other", "k"), Duration.ofMinutes(30), "r9")).isEmpty();
    status = 500;
    sender(OLD_KEY).send(message("slow", "k2"), Duration.ofMinutes(30), null);

    JsonNode rows = alerts(OLD_KEY).deliveries(ALL, ADMIN).get("deliveries");
    assertThat(rows.findValuesAsText("status")).containsExactly("failed", "skipped", "sent");
    assertThat(names(rows.get(2)))
        .containsExactly(
            "id",
            "delivery_id",
            "route_id",
            "tenant_id",
            "event_type",
            "status",
            "request_id",
            "response_code",
            "response_body",
            "error",
            "metadata",
            "created_at");
    assertThat(rows.get(2).get("id").isTextual()).isTrue();
    assertThat(rows.get(2).get("response_body").asText()).isEqualTo("ok");
    assertThat(rows.get(2).get("request_id").asText()).isEqualTo("r9");
    assertThat(rows.get(0).get("response_code").asInt()).isEqualTo(500);
    assertThat(alerts(OLD_KEY).deliveries(query("status", "failed"), ADMIN).get("deliveries"))
        .hasSize(1);
  }

  @Test
  void aTargetThatIsNoLongerAllowedIsNotReached() throws SQLException {
    create("{'tenant_id':'acme','channel':'webhook','target':'" + origin() + "/'}");
    sql("update control_alert_routes set target = 'http://127.0.0.1:1/'");
    JsonNode row = sender(OLD_KEY).send(message("x", null), Duration.ZERO, null).get(0);
    assertThat(row.get("status").asText()).isEqualTo("failed");
    assertThat(row.get("error").asText()).contains("https");
    assertThat(heard).isEmpty();
  }

  @Test
  void oldDeliveriesAreRemoved() throws SQLException {
    String route =
        create("{'tenant_id':'acme','channel':'webhook','target':'https://example.com'}")
            .get("id")
            .asText();
    sql(
        "insert into control_alert_deliveries (route_id, tenant_id, event_type, status, created_at) select '"
            + route
            + "', 'acme', 'x', 'sent', now() - make_interval(days => d) from unnest(array[1, 29, 31, 400]) d");
    assertThat(housekeeping("0").run()).isZero();
    assertThat(housekeeping("30").run()).isEqualTo(2);
    assertThat(
            text(
                "select max(now() - created_at) < interval '30 days' from control_alert_deliveries"))
        .isEqualTo("t");
    assertThat(new ControlSettings().check(keeping("6"))).hasSize(1);
    assertThat(new ControlSettings().check(keeping("7"))).isEmpty();
  }

  private Housekeeping housekeeping(String days) {
    return new Housekeeping(new Database(dataSource()), keeping(days), alerts(OLD_KEY));
  }

  private static Settings keeping(String days) {
    return Settings.of(Map.of("PERDURA_ALERT_DELIVERIES_KEEP_DAYS", days));
  }
}
