package io.perdura.cli.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class McpRelayTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());
  private final List<JsonNode> asked = Collections.synchronizedList(new ArrayList<>());

  @Test
  void everyLineIsAskedAndEveryAnswerIsALine() throws IOException {
    List<String> lines = relay(this::echo, "{'id':1,'text':'ä\\n'}", "", "[{'id':2},{'id':3}]");
    assertThat(lines)
        .containsExactlyInAnyOrder("{\"id\":1,\"text\":\"ä\\n\"}", "{\"id\":2}", "{\"id\":3}");
  }

  @Test
  void whatIsNoJsonIsLoggedAndNotAnswered() throws IOException {
    assertThat(relay(this::echo, "{", "{'id':1}")).containsExactly("{\"id\":1}");
    assertThat(log).hasSize(1);
  }

  @Test
  void shutdownIsAnsweredHereAndExitEndsIt() throws IOException {
    assertThat(
            relay(
                this::echo,
                "{'id':1,'method':'shutdown'}",
                "{'method':'shutdown'}",
                "{'method':'exit'}",
                "{'id':2}"))
        .containsExactly("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":null}");
    assertThat(asked).isEmpty();
  }

  @Test
  void aSlowAnswerHoldsUpNoOther() throws IOException {
    CountDownLatch second = new CountDownLatch(1);
    List<String> lines =
        relay(
            message -> {
              try {
                if (message.get("id").intValue() == 1) {
                  second.await();
                } else {
                  second.countDown();
                }
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return Optional.of(message);
            },
            "{'id':1}",
            "{'id':2}");
    assertThat(lines).containsExactlyInAnyOrder("{\"id\":1}", "{\"id\":2}");
  }

  private Optional<JsonNode> echo(JsonNode message) {
    asked.add(message);
    return Optional.of(message);
  }

  private List<String> relay(Function<JsonNode, Optional<JsonNode>> server, String... lines)
      throws IOException {
    String input = String.join("\n", lines).replace('\'', '"');
    new McpRelay(server, out, log::add)
        .run(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    List<String> answers = out.toString(StandardCharsets.UTF_8).lines().toList();
    answers.forEach(Jsons::stored);
    return answers;
  }
}
