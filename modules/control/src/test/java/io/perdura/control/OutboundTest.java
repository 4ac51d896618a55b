package io.perdura.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
  private static Settings allow(String list) {
    return Settings.of(Map.of("PERDURA_OUTBOUND_ALLOW", list));
  }

  /** Every name has that address. */
  private static Outbound outbound(String address) {
    return new Outbound(
        Settings.of(Map.of()), host -> new InetAddress[] {InetAddress.getByName(address)});
  }

  private static Optional<String> complaint(String url) {
    return WebUrl.parse(url)
        .map(outbound("93.184.216.34")::complaint)
        .orElse(Optional.of("no URL"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://Hooks.Example.COM:443/A b?q=ü#f, https://hooks.example.com/A%20b?q=%C3%BC#f",
    "https://example.com, https://example.com/",
    "https:example.com/x, https://example.com/x",
    "https:\\\\example.com\\x, https://example.com/x",
    "https://example.com./a/./b/../c/.., https://example.com/a/",
    "https://bücher.example/, https://xn--bcher-kva.example/",
    "https://ex%61mple.com:8443/, https://example.com:8443/",
    "https://2130706433/, https://127.0.0.1/",
    "https://0x7f.1/, https://127.0.0.1/",
    "https://0177.0.0.0x1/, https://127.0.0.1/",
    "'https://[::FFFF:10.0.0.1]/', 'https://[::ffff:10.0.0.1]/'",
  })
  void aUrlHasOneCanonicalForm(String given, String canonical) {
    assertThat(WebUrl.parse(given)).map(WebUrl::text).contains(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "example.com",
        "/x",
        "ftp://example.com/",
        "https://",
        "https:///",
        "https://a b/",
        "https://a..:x/",
        "https://example.com:70000/",
        "https://1.2.3.4.5/",
        "https://256.1.1.1/",
        "https://[::1/",
        "https://[fe80::1%25eth0]/",
        "https://exa<mple.com/",
        "https://example.com:8a/"
      })
  void whatIsNoUrlIsNotRead(String given) {
    assertThat(WebUrl.parse(given)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/",
        "https://user@example.com/",
        "https://user:pw@example.com/",
        "https://@example.com/",
        "https://localhost/",
        "https://localhost./",
        "https://LOCALHOST/",
        "https://a.localhost/",
        "https://printer.local/",
        "https://printer.local./",
        "https://metadata.google.internal/",
        "https://127.0.0.1/",
        "https://8.8.8.8/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://①②⑦.0.0.1/",
        "https://[::1]/",
        "https://[fc00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[2606:4700::1]/",
        "https://169.254.169.254/latest"
      })
  void insidesAndAddressesAreRefusedWithoutLookingThemUp(String given) {
    assertThat(complaint(given)).as(given).isPresent();
  }

  @Test
  void aPublicNameIsAllowed() {
    assertThat(complaint("https://hooks.example.com:8443/x")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.2",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.19.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:192.168.0.1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:0:1::1"
      })
  void aNameWithAnInsideAddressIsRefused(String address) {
    WebUrl url = WebUrl.parse("https://rebinding.example.com/").orElseThrow();
    assertThat(outbound(address).complaint(url)).isPresent();
    assertThatThrownBy(() -> outbound(address).addresses(url))
        .isInstanceOf(Outbound.RefusedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700::1",
        "64:ff9b::808:808",
        "2002:808:808::"
      })
  void aPublicAddressIsConnectedTo(String address) throws Exception {
    WebUrl url = WebUrl.parse("https://example.com/").orElseThrow();
    assertThat(outbound(address).addresses(url)).containsExactly(InetAddress.getByName(address));
  }

  @Test
  void oneInsideAddressAmongPublicOnesSpoilsTheName() {
    Outbound mixed =
        new Outbound(
            Settings.of(Map.of()),
            host ->
                new InetAddress[] {
                  InetAddress.getByName("8.8.8.8"), InetAddress.getByName("10.0.0.1")
                });
    WebUrl url = WebUrl.parse("https://example.com/").orElseThrow();
    assertThatThrownBy(() -> mixed.addresses(url)).isInstanceOf(Outbound.RefusedException.class);
  }

  @Test
  void aNameThatCannotBeLookedUpIsSavedButNotConnectedTo() {
    Outbound nameless =
        new Outbound(
            Settings.of(Map.of()),
            host -> {
              throw new UnknownHostException(host);
            });
    WebUrl url = WebUrl.parse("https://example.com/").orElseThrow();
    assertThat(nameless.complaint(url)).isEmpty();
    assertThatThrownBy(() -> nameless.addresses(url)).isInstanceOf(UnknownHostException.class);
  }

  @Test
  void theOperatorMayAllowAnInsideOrigin() throws Exception {
    Outbound outbound = new Outbound(allow("http://127.0.0.1:9000, https://alerts.corp.internal"));
    for (String good : new String[] {"http://127.0.0.1:9000/x", "https://alerts.corp.internal/y"}) {
      assertThat(outbound.complaint(WebUrl.parse(good).orElseThrow())).as(good).isEmpty();
    }
    for (String bad :
        new String[] {
          "http://127.0.0.1:9001/",
          "https://127.0.0.1:9000/",
          "http://alerts.corp.internal/",
          "http://u@127.0.0.1:9000/x"
        }) {
      assertThat(outbound.complaint(WebUrl.parse(bad).orElseThrow())).as(bad).isPresent();
    }
    assertThat(outbound.addresses(WebUrl.parse("http://127.0.0.1:9000/").orElseThrow()))
        .containsExactly(InetAddress.getLoopbackAddress());
    assertThat(Outbound.faults(allow("https://a.example/path,ok.example")))
        .containsExactly("https://a.example/path", "ok.example");
  }
}
