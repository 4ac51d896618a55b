package io.perdura.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Runs sdk/behaviour/scenarios.json, whose README says what it means, with the Java client. Ends
 * with 1 when a scenario failed.
 */
public final class BehaviourRunner {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> KEYS =
      Set.of("name", "before", "faults", "call", "client", "expect");
  private static final Set<String> CLIENT = Set.of("timeout_ms", "max_retries", "admin_token");

  private final HttpClient control = HttpClient.newHttpClient();
  private final String server = environment("PERDURA_SDK_SERVER");
  private final String proxy = environment("PERDURA_SDK_PROXY");

  private BehaviourRunner() {}

  /** Usage: {@code BehaviourRunner scenarios.json}. */
  public static void main(String[] arguments) throws Exception {
    System.exit(new BehaviourRunner().run(Path.of(arguments[0])) ? 0 : 1);
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException(name + " is not set");
    }
    return value;
  }

  private boolean run(Path file) throws Exception {
    ArrayNode outcomes = JSON.createArrayNode();
    int failed = 0;
    for (JsonNode scenario : JSON.readTree(file.toFile())) {
      List<String> faults = new ArrayList<>();
      try {
        String marker = marker();
        play(JSON.readTree(scenario.toString().replace("{{marker}}", marker)), marker, faults);
      } catch (IOException | RuntimeException e) {
        faults.add("broke off: " + e);
      }
      String name = scenario.path("name").asText();
      String detail = String.join("; ", faults);
      outcomes.addObject().put("name", name).put("passed", faults.isEmpty()).put("detail", detail);
      System.out.println(
          (faults.isEmpty() ? "ok      " : "FAILED  ")
              + name
              + (detail.isEmpty() ? "" : ": " + detail));
      failed += faults.isEmpty() ? 0 : 1;
    }
    report(outcomes);
    System.out.println(
        "java: " + (outcomes.size() - failed) + " of " + outcomes.size() + " scenarios passed");
    return failed == 0 && !outcomes.isEmpty();
  }

  /** Letters alone: digits could be taken for a telephone number and redacted. */
  private static String marker() {
    return ThreadLocalRandom.current()
        .ints(20, 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private void play(JsonNode scenario, String marker, List<String> faults)
      throws IOException, InterruptedException {
    unknown(scenario, KEYS, faults);
    unknown(scenario.path("client"), CLIENT, faults);
    unknown(scenario.path("call"), BehaviourCalls.KEYS, faults);
    unknown(scenario.path("expect"), BehaviourOutcome.KEYS, faults);
    for (JsonNode call : scenario.path("before")) {
      new BehaviourCalls(client(server, JSON.createObjectNode())).call(call).get();
    }
    control("DELETE", "/__faults", "");
    if (scenario.has("faults")) {
      control("POST", "/__faults", scenario.get("faults").toString());
    }
    BehaviourOutcome outcome = outcome(scenario);
    outcome.compare(scenario.path("expect"), JSON.readTree(control("GET", "/__log", "")), faults);
    if (scenario.path("expect").has("stored_nodes")) {
      int stored = stored(marker);
      if (stored != scenario.at("/expect/stored_nodes").asInt()) {
        faults.add("stored_nodes is " + stored);
      }
    }
  }

  private static void unknown(JsonNode object, Set<String> known, List<String> faults) {
    object
        .fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            faults.add("the runner does not know " + name);
          }
        });
  }

  private BehaviourOutcome outcome(JsonNode scenario) throws InterruptedException {
    JsonNode call = scenario.get("call");
    BehaviourCalls calls = new BehaviourCalls(client(proxy, scenario.path("client")));
    long began = System.nanoTime();
    BehaviourOutcome outcome;
    try {
      if (call.path("all_pages").asBoolean()) {
        outcome = BehaviourOutcome.items(calls.allIds(call));
      } else if (call.has("cancel_after_ms")) {
        outcome = cancelled(calls.call(call), call.get("cancel_after_ms").asLong());
      } else {
        outcome = BehaviourOutcome.result(calls.call(call).send());
      }
    } catch (PerduraException e) {
      outcome = BehaviourOutcome.failure(e);
    }
    outcome.took(Duration.ofNanos(System.nanoTime() - began));
    if (call.has("cancel_after_ms")) {
      TimeUnit.MILLISECONDS.sleep(1_000); // an attempt that still comes would be seen
    }
    return outcome;
  }

  private static BehaviourOutcome cancelled(Call<?> call, long after) throws InterruptedException {
    var coming = call.sendAsync();
    TimeUnit.MILLISECONDS.sleep(after);
    coming.cancel(true);
    try {
      return BehaviourOutcome.result(coming.join());
    } catch (CancellationException e) {
      return BehaviourOutcome.cancelled();
    }
  }

  private static Perdura client(String url, JsonNode settings) {
    Perdura.Builder builder =
        Perdura.builder()
            .baseUrl(url)
            .scope("sdk-behaviour")
            .adminToken(
                settings.path("admin_token").asText(environment("PERDURA_SDK_ADMIN_TOKEN")));
    if (settings.has("timeout_ms")) {
      builder.timeout(Duration.ofMillis(settings.get("timeout_ms").asLong()));
    }
    if (settings.has("max_retries")) {
      builder.maxRetries(settings.get("max_retries").asInt());
    }
    return builder.build();
  }

  /** How many nodes the server has, asked without proxy and client. */
  private int stored(String marker) throws IOException, InterruptedException {
    ObjectNode wish = JSON.createObjectNode().put("text_contains", marker).put("type", "event");
    wish.put("scope", "sdk-behaviour").put("limit", 200);
    return JSON.readTree(ask(server, "POST", "/v1/memory/find", wish.toString()))
        .get("nodes")
        .size();
  }

  private String control(String method, String path, String body)
      throws IOException, InterruptedException {
    return ask(proxy, method, path, body);
  }

  private String ask(String base, String method, String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("content-type", "application/json")
            .timeout(Duration.ofSeconds(20))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = control.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(
          method + " " + path + " answered " + answer.statusCode() + ": " + answer.body());
    }
    return answer.body();
  }

  private void report(ArrayNode outcomes) throws IOException, InterruptedException {
    String file = System.getenv("PERDURA_SDK_REPORT");
    if (file == null) {
      return;
    }
    ObjectNode report =
        JSON.createObjectNode().put("language", "java").put("version", Perdura.version());
    JsonNode document = JSON.readTree(ask(server, "GET", "/openapi?format=json", ""));
    report.put("server_version", document.at("/info/version").asText());
    report.set("scenarios", outcomes);
    ArrayNode operations = report.putArray("operations");
    for (Operation operation : Operation.values()) {
      operations.add(operation.id());
    }
    Files.writeString(Path.of(file), report.toPrettyString());
  }
}
