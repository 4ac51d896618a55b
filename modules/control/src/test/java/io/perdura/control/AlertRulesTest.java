package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertRulesTest {
  /** A Wednesday. */
  private static final String DAY = "2026-02-25T";

  private static AlertRules.Decision decide(String metadata, String severity, String time) {
    Settings settings = Settings.of(Map.of());
    JsonNode body =
        Jsons.stored(
            ("{'tenant_id':'acme','channel':'webhook','target':'https://alerts.example.com/x','metadata':"
                    + metadata
                    + "}")
                .replace('\'', '"'));
    AlertRouteRequest wish =
        AlertRouteRequest.read(
            body,
            new Outbound(settings, host -> new InetAddress[] {InetAddress.getByName("8.8.8.8")}));
    AlertMessage message =
        new AlertMessage("acme", "key_usage_anomaly", severity, "look", Jsons.object(), null);
    return new AlertRules(new AlertRoute(wish, new Sealer(settings)))
        .decide(message, Instant.parse(DAY + time + "Z"));
  }

  private static String quiet(String window, String time) {
    return decide("{'quiet_windows':[" + window + "]}", "critical", time).suppressed();
  }

  @Test
  void withoutRulesAMessageGoesAsItIsOnceInHalfAnHour() {
    AlertRules.Decision plain = decide("{}", "warning", "12:00:00");

    assertThat(plain.suppressed()).isNull();
    assertThat(plain.message().severity()).isEqualTo("warning");
    assertThat(plain.ttl()).hasMinutes(30);
    assertThat(plain.message().dedupeKey()).startsWith("acme:key_usage_anomaly:warning:");
  }

  @Test
  void aThresholdSuppressesAndAnOverrideRaises() {
    assertThat(decide("{'min_severity':'critical'}", "warning", "12:00:00").suppressed())
        .isEqualTo("below_route_threshold");
    AlertRules.Decision raised =
        decide(
            "{'min_severity':'critical','severity_overrides':{'key_usage_anomaly':'critical'}}",
            "warning",
            "12:00:00");
    assertThat(raised.suppressed()).isNull();
    assertThat(raised.message().severity()).isEqualTo("critical");
  }

  @Test
  void aQuietWindowMayGoOverMidnightAndHasATimeZone() {
    String night = "{'start':'22:00','end':'06:00','timezone':'Europe/Berlin'}";
    assertThat(quiet(night, "20:59:00")).isNull();
    assertThat(quiet(night, "21:00:00")).isEqualTo("quiet_window");
    assertThat(quiet(night, "04:59:00")).isEqualTo("quiet_window");
    assertThat(quiet(night, "05:00:00")).isNull();
    assertThat(quiet("{'start':'00:00','end':'00:00'}", "13:00:00")).isEqualTo("quiet_window");
    assertThat(quiet("{'start':'soon','end':'00:00'}", "13:00:00")).isNull();
  }

  @Test
  void theDaysOfAWindowAreThoseOnWhichItBegins() {
    String tuesdayNight = "{'days':[2],'start':'22:00','end':'06:00'}";
    assertThat(quiet(tuesdayNight, "05:00:00")).isEqualTo("quiet_window");
    assertThat(quiet(tuesdayNight, "23:00:00")).isNull();
    assertThat(quiet("{'days':[0],'start':'00:00','end':'00:00'}", "12:00:00")).isNull();
  }

  @Test
  void aWindowMayOnlyLowerWhatIsCritical() {
    AlertRules.Decision lowered =
        decide(
            "{'quiet_windows':[{'start':'00:00','end':'00:00','mode':'warning_only'}]}",
            "critical",
            "12:00:00");
    assertThat(lowered.suppressed()).isNull();
    assertThat(lowered.message().severity()).isEqualTo("warning");
  }

  @Test
  void theKeyIsTheRoutesTemplate() {
    assertThat(
            decide(
                    "{'dedupe_key':'{{tenant}}/{{event}}','dedupe_ttl_seconds':60}",
                    "warning",
                    "12:00:00")
                .message()
                .dedupeKey())
        .isEqualTo("acme/key_usage_anomaly");
  }
}
