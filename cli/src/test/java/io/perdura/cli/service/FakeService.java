package io.perdura.cli.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.perdura.kernel.Jsons;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A service that answers as a sound one in production does, until a test breaks something. */
public final class FakeService implements AutoCloseable {
  public static final String ADMIN_TOKEN = "fake-admin-token-0123456789";
  public static final String API_KEY = "fake-api-key-0123456789";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Function<JsonNode, Answer>> routes = new ConcurrentHashMap<>();
  private volatile boolean open;
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** What a route answers. */
  public record Answer(int status, String body) {
    public static Answer ok(String json) {
      return new Answer(200, json.replace('\'', '"'));
    }

    public static Answer refusal(int status, String error) {
      return new Answer(status, Jsons.object().put("error", error).put("message", "no").toString());
    }
  }

  public FakeService() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    sound();
    server.start();
  }

  private void sound() {
    on("GET /health", body -> Answer.ok("{'ok':true,'database_target_hash':'0'}"));
    on("GET /health/live", body -> Answer.ok("{'status':'UP','checks':[]}"));
    on("GET /health/ready", body -> Answer.ok("{'status':'UP','checks':[]}"));
    on("POST /v1/memory/recall", body -> Answer.refusal(400, "invalid_request"));
    on("POST /v1/memory/rules/evaluate", body -> Answer.ok("{'matched':0}"));
    on(
        "POST /v1/memory/recall_text",
        body ->
            Answer.ok(
                "{'seeds':[{'id':'a'}],'context':{'text':'a context','items':[1],'citations':[1]}}"));
    on("POST /v1/memory/write", body -> Answer.ok("{'commit_id':'c','nodes':[{'id':'n'}]}"));
    on(
        "GET /v1/admin/control/members",
        body ->
            Answer.ok(
                "{'ok':true,'members':[{'id':'w1','role':'all','version':'0.2.0','state':'up','heartbeat_age_ms':10}]}"));
    facts("prod", "api_key", true, true, false, false);
    on("GET /v1/admin/control/jobs", body -> Answer.ok("{'ok':true,'jobs':[]}"));
    String rows = "{'memory_nodes':7,'memory_recall_audit':0}";
    on(
        "POST /v1/admin/erase/residue",
        body -> Answer.ok("{'clean':false,'remaining':" + rows + "}"));
    on(
        "POST /v1/admin/erase/scope",
        body ->
            Answer.ok("{'complete':true,'residue':{'clean':true,'remaining':{'memory_nodes':0}}}"));
  }

  /** What the service says of its configuration. */
  public FakeService facts(
      String env, String auth, boolean limits, boolean quotas, boolean bypass, boolean wildcard) {
    ObjectNode body = Jsons.object().put("ok", true);
    body.putObject("server").put("id", "w1").put("role", "all").put("version", "0.2.0");
    body.putObject("facts")
        .put("app_env", env)
        .put("auth_mode", auth)
        .put("rate_limit_enabled", limits)
        .put("tenant_quota_enabled", quotas)
        .put("loopback_bypass", bypass)
        .put("cors_wildcard", wildcard)
        .put("benchmark_endpoints", false)
        .put("trust_proxy", true)
        .put("memory_scope", "default")
        .put("memory_tenant_id", "default");
    body.putObject("settings").put("MEMORY_RECALL_PROFILE", "strict_edges");
    return on("GET /v1/admin/control/configuration", asked -> Answer.ok(body.toString()));
  }

  /** Memory no longer asks for a credential. */
  public void answersAnybody() {
    open = true;
  }

  /** From now on the route answers so. */
  public FakeService on(String route, Function<JsonNode, Answer> answer) {
    routes.put(route, answer);
    return this;
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What was called, as {@code METHOD path}. */
  public List<String> calls() {
    return calls;
  }

  /** Files with the credentials, and the flags that name them. */
  public List<String> flags(Path directory) throws IOException {
    Path admin = Files.writeString(directory.resolve("admin-token"), ADMIN_TOKEN + "\n");
    Path key = Files.writeString(directory.resolve("api-key"), API_KEY + "\n");
    return List.of(
        "--base-url",
        url(),
        "--admin-token-file",
        admin.toString(),
        "--api-key-file",
        key.toString());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String call = exchange.getRequestMethod() + " " + path;
    calls.add(
        call + (exchange.getRequestHeaders().containsKey(ServiceClient.PROBE) ? " probe" : ""));
    JsonNode body = Jsons.MAPPER.readTree(exchange.getRequestBody());
    Answer answer = admitted(exchange, path, routes.get(call), body);
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer admitted(
      HttpExchange exchange, String path, Function<JsonNode, Answer> route, JsonNode body) {
    boolean admin = ADMIN_TOKEN.equals(exchange.getRequestHeaders().getFirst("x-admin-token"));
    boolean known = API_KEY.equals(exchange.getRequestHeaders().getFirst("x-api-key"));
    if (path.startsWith("/v1/admin") && !admin) {
      return Answer.refusal(401, "unauthorized_admin");
    }
    if (path.startsWith("/v1/memory") && !known && !open) {
      return Answer.refusal(401, "unauthorized");
    }
    return route == null ? Answer.refusal(404, "not_found") : route.apply(body);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
