package io.perdura.cli.gate;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.cli.Main;
import io.perdura.cli.TestConsole;
import io.perdura.cli.evidence.OperatorKey;
import io.perdura.cli.service.FakeService;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs gate commands against a fake service and reads what they left. */
final class GateKit {
  final TestConsole console = new TestConsole();
  final Path temp;
  private final Path key;

  GateKit(Path temp) {
    this.temp = temp;
    this.key = temp.resolve("operator.key");
    OperatorKey.generate(key);
  }

  /** Returns the exit code. */
  int gate(FakeService service, String name, String... more) {
    try {
      List<String> arguments = new ArrayList<>(List.of("gate", name));
      arguments.addAll(service.flags(temp));
      arguments.addAll(
          List.of("--key", key.toString(), "--out-dir", out().toString(), "--commit", "c0ffee"));
      arguments.addAll(
          List.of("--release-dir", temp.resolve("release").toString(), "--scope", "judged"));
      arguments.addAll(List.of(more));
      return Main.run(console.console(), arguments.toArray(String[]::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path key() {
    return key;
  }

  Path out() {
    return temp.resolve("out");
  }

  void release(String file, String content) {
    try {
      Files.createDirectories(temp.resolve("release"));
      Files.writeString(temp.resolve("release").resolve(file), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode summary() {
    try {
      return Jsons.MAPPER.readTree(Files.readString(out().resolve("summary.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String failures() {
    return summary().get("fail_reasons").toString();
  }

  String status(String step) {
    for (JsonNode one : summary().path("steps")) {
      if (one.path("name").asText().equals(step)) {
        return one.path("status").asText();
      }
    }
    return "no such step";
  }
}
