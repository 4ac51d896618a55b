package io.perdura.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.service.FakeService;
import io.perdura.cli.service.FakeService.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private final TestConsole console = new TestConsole();

  @TempDir Path temp;
  private FakeService service;

  @BeforeEach
  void start() throws IOException {
    service = new FakeService();
  }

  @AfterEach
  void stop() {
    service.close();
  }

  private int doctor() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("doctor"));
    arguments.addAll(service.flags(temp));
    return Main.run(console.console(), arguments.toArray(String[]::new));
  }

  @Test
  void aSoundServiceNeedsNothing() throws IOException {
    assertThat(doctor()).isZero();
    assertThat(console.out()).contains("is ready", "1 alive, 1 of them run jobs");
  }

  @Test
  void whatIsDownIsNamedWithItsRemedy() throws IOException {
    service.on(
        "GET /health/ready",
        body ->
            new Answer(
                503,
                "{\"checks\":[{\"name\":\"schema\",\"status\":\"DOWN\",\"data\":{\"applied\":\"6\"}}]}"));
    assertThat(doctor()).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("PROBLEM service: not ready: schema", "Run perdura migrate");
  }

  @Test
  void aServiceWithoutAWorkerIsAProblem() throws IOException {
    service.on(
        "GET /v1/admin/control/members",
        body -> Answer.ok("{'members':[{'id':'a','role':'api','version':'0.2.0'}]}"));
    assertThat(doctor()).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("no server runs jobs", "perdura run worker");
  }

  @Test
  void aCredentialThatDoesNotReachIsExplained() throws IOException {
    service.on("GET /v1/admin/control/members", body -> Answer.refusal(403, "forbidden_admin"));
    assertThat(doctor()).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("operator of the whole service");
  }

  @Test
  void aServiceThatIsAwayIsAProblem() throws IOException {
    service.close();
    assertThat(doctor()).isEqualTo(Main.NEGATIVE);
    assertThat(console.out()).contains("does not answer", "firewall");
  }
}
