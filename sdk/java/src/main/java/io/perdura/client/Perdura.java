package io.perdura.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * A client of one Perdura server or cluster. It is immutable and safe for many threads; make one
 * and keep it.
 *
 * <pre>{@code
 * Perdura perdura = Perdura.builder().baseUrl("http://localhost:3001").build();
 * perdura.memory().recallText(new RecallTextRequest().queryText("Where is the key?")).get();
 * }</pre>
 */
public final class Perdura {
  private static final String VERSION = readVersion();

  private final String baseUrl;
  private final String tenantId;
  private final String scope;
  private final String apiKey;
  private final Supplier<String> bearer;
  private final String adminToken;
  private final Duration timeout;
  private final int maxRetries;
  private final Duration maxRetryAfter;
  private final Transport transport;
  private final Ticker ticker;
  private final DoubleSupplier chance;

  private Perdura(Builder builder) {
    baseUrl = builder.baseUrl;
    tenantId = builder.tenantId;
    scope = builder.scope;
    apiKey = builder.apiKey;
    bearer = builder.bearer;
    adminToken = builder.adminToken;
    timeout = builder.timeout;
    maxRetries = builder.maxRetries;
    maxRetryAfter = builder.maxRetryAfter;
    transport =
        builder.transport == null ? new JdkTransport(httpClient(timeout)) : builder.transport;
    ticker = builder.ticker;
    chance = builder.chance;
  }

  private static HttpClient httpClient(Duration timeout) {
    return HttpClient.newBuilder().connectTimeout(timeout).build();
  }

  /** A client of {@code http://localhost:3001} until told otherwise. */
  public static Builder builder() {
    return new Builder();
  }

  /** The version of this library, which is that of the server it was made with. */
  public static String version() {
    return VERSION;
  }

  private static String readVersion() {
    Properties properties = new Properties();
    try (InputStream in = Perdura.class.getResourceAsStream("client.properties")) {
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Write, find and recall. */
  public Memory memory() {
    return new Memory(this);
  }

  /** Sessions and their events. */
  public Sessions sessions() {
    return new Sessions(this);
  }

  /** Rules: their state, feedback on them, which match. */
  public Rules rules() {
    return new Rules(this);
  }

  /** The choice of tools. */
  public Tools tools() {
    return new Tools(this);
  }

  /** Recall, rules and tools in one call, for a plan. */
  public Planning planning() {
    return new Planning(this);
  }

  /** A scope's memory as one document. */
  public Packs packs() {
    return new Packs(this);
  }

  /** Keep memory warm. */
  public Lifecycle lifecycle() {
    return new Lifecycle(this);
  }

  /** The Model Context Protocol. */
  public Mcp mcp() {
    return new Mcp(this);
  }

  /** Health and self-description. */
  public Probes probes() {
    return new Probes(this);
  }

  /** What needs the admin token. */
  public Admin admin() {
    return new Admin(this);
  }

  <T> Call<T> call(Operation operation, Class<T> type) {
    return new Call<>(this, operation, Json.reader(type));
  }

  <T> Call<T> call(Operation operation, Exchange.Reader<T> reader) {
    return new Call<>(this, operation, reader);
  }

  String baseUrl() {
    return baseUrl;
  }

  Duration timeout() {
    return timeout;
  }

  Transport transport() {
    return transport;
  }

  Ticker ticker() {
    return ticker;
  }

  RetryPolicy retries(Integer most) {
    return new RetryPolicy(most == null ? maxRetries : most, maxRetryAfter, chance);
  }

  /** Who asks: the admin token goes with nothing but what can use it. */
  Map<String, String> headers(Operation operation) {
    Map<String, String> headers = new TreeMap<>();
    headers.put("accept", "application/json, */*;q=0.5");
    headers.put("user-agent", "perdura-client-java/" + VERSION);
    put(headers, "x-api-key", apiKey);
    if (bearer != null) {
      headers.put("authorization", "Bearer " + bearer.get());
    }
    if (operation.takes(Operation.Default.ADMIN)) {
      put(headers, "x-admin-token", adminToken);
    }
    if (operation.takes(Operation.Default.TENANT_HEADER)) {
      put(headers, "x-tenant-id", tenantId);
    }
    return headers;
  }

  private static void put(Map<String, String> headers, String name, String value) {
    if (value != null) {
      headers.put(name, value);
    }
  }

  /** The body with the client's tenant and scope where it names none. */
  Object completed(Operation operation, Object body) {
    boolean tenant = tenantId != null && operation.takes(Operation.Default.TENANT_BODY);
    boolean scoped = scope != null && operation.takes(Operation.Default.SCOPE_BODY);
    if (!tenant && !scoped) {
      return body;
    }
    Map<String, Object> completed = Json.properties(body);
    if (tenant) {
      completed.putIfAbsent("tenant_id", tenantId);
    }
    if (scoped) {
      completed.putIfAbsent("scope", scope);
    }
    return completed;
  }

  Map<String, Object> completedQuery(Operation operation, Map<String, Object> query) {
    Map<String, Object> completed = new LinkedHashMap<>(query);
    if (scope != null && operation.takes(Operation.Default.SCOPE_QUERY)) {
      completed.putIfAbsent("scope", scope);
    }
    return completed;
  }

  static Duration positive(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new IllegalArgumentException("a time-out is longer than nothing");
    }
    return time;
  }

  /** Settings of a client. */
  public static final class Builder {
    private String baseUrl = "http://localhost:3001";
    private String tenantId;
    private String scope;
    private String apiKey;
    private Supplier<String> bearer;
    private String adminToken;
    private Duration timeout = Duration.ofSeconds(10);
    private int maxRetries = 2;
    private Duration maxRetryAfter = Duration.ofSeconds(60);
    private Transport transport;
    private Ticker ticker = Ticker.ofSystem();
    private DoubleSupplier chance = () -> ThreadLocalRandom.current().nextDouble();

    private Builder() {}

    /** Where the server is; a path in front of the API's own is kept. */
    public Builder baseUrl(String url) {
      URI uri = URI.create(url);
      if (uri.getHost() == null
          || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        throw new IllegalArgumentException("not the URL of a server: " + url);
      }
      baseUrl = url.replaceAll("/+$", "");
      return this;
    }

    /** The tenant of requests that name none. */
    public Builder tenantId(String tenant) {
      tenantId = tenant;
      return this;
    }

    /** The scope of requests that name none. */
    public Builder scope(String name) {
      scope = name;
      return this;
    }

    /** Sent as {@code x-api-key}. */
    public Builder apiKey(String key) {
      apiKey = key;
      return this;
    }

    /** A token, sent as {@code authorization: Bearer}. */
    public Builder bearer(String token) {
      return bearer(() -> token);
    }

    /** Asked for a token before each call, for tokens that are exchanged. */
    public Builder bearer(Supplier<String> tokens) {
      bearer = Objects.requireNonNull(tokens, "tokens");
      return this;
    }

    /** Sent as {@code x-admin-token}, with operations that take it. */
    public Builder adminToken(String token) {
      adminToken = token;
      return this;
    }

    /** How long one attempt may take, the body included; 10 seconds. */
    public Builder timeout(Duration time) {
      timeout = positive(time);
      return this;
    }

    /** How often a call is repeated at most; 2. */
    public Builder maxRetries(int retries) {
      if (retries < 0) {
        throw new IllegalArgumentException("a number of retries is not negative");
      }
      maxRetries = retries;
      return this;
    }

    /** The longest {@code retry-after} that is waited for; 60 seconds. */
    public Builder maxRetryAfter(Duration time) {
      maxRetryAfter = Objects.requireNonNull(time, "time");
      return this;
    }

    /** What carries requests, instead of {@link java.net.http.HttpClient} as it comes. */
    public Builder transport(Transport carrier) {
      transport = Objects.requireNonNull(carrier, "carrier");
      return this;
    }

    /** An HTTP client of your own: proxy, TLS, executor. */
    public Builder httpClient(HttpClient own) {
      return transport(new JdkTransport(Objects.requireNonNull(own, "own")));
    }

    Builder ticker(Ticker time) {
      ticker = time;
      return this;
    }

    Builder chance(DoubleSupplier dice) {
      chance = dice;
      return this;
    }

    /** The client. */
    public Perdura build() {
      return new Perdura(this);
    }
  }
}
