package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.perdura.access.AccessSettings;
import io.perdura.control.ControlSettings;
import io.perdura.control.Member;
import io.perdura.control.Membership;
import io.perdura.embedding.Embeddings;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import io.perdura.kernel.Settings;
import io.perdura.schema.SchemaVersion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What this server runs with, for operators and their gates: effective values, presets filled in.
 * Of a secret only whether it is set.
 */
@ApplicationScoped
class PublishedConfiguration {
  /**
   * Credentials inside an address; such a setting should be a secret, but a mistake must not leak.
   */
  private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/@\\s]+(?=@)");

  private final Membership membership;
  private final ObjectNode facts;
  private final Map<String, JsonNode> values = new TreeMap<>();

  /** For the container's proxy. */
  protected PublishedConfiguration() {
    this.membership = null;
    this.facts = null;
  }

  @Inject
  PublishedConfiguration(Settings settings, Membership membership, Embeddings embeddings) {
    this.membership = membership;
    this.facts = facts(settings).put("embedding_dimension", embeddings.dimension());
    ServiceLoader.load(SettingCatalog.class, Settings.class.getClassLoader())
        .forEach(catalog ->
            catalog
                .settings()
                .forEach(setting -> values.put(setting.name(), value(settings, setting))));
  }

  /** Returns {@code {"ok", "server", "facts", "settings"}}. */
  ObjectNode body() {
    ObjectNode body = Jsons.object().put("ok", true);
    ObjectNode server = body.putObject("server");
    Member self = membership.self();
    if (self != null) {
      server.put("id", self.id()).put("role", self.role()).put("host", self.host());
    }
    server.put("version", BuildVersion.read()).put("schema_required", SchemaVersion.REQUIRED);
    body.set("facts", facts.deepCopy());
    ObjectNode settings = body.putObject("settings");
    values.forEach(settings::set);
    return body;
  }

  /** What the release checklist asks for, in its own words. */
  private static ObjectNode facts(Settings settings) {
    ObjectNode facts = Jsons.object();
    facts.put("app_env", settings.get(CoreSettings.APP_ENV));
    facts.put("auth_mode", settings.get(AccessSettings.MEMORY_AUTH_MODE));
    facts.put("rate_limit_enabled", settings.get(AccessSettings.RATE_LIMIT_ENABLED));
    facts.put("tenant_quota_enabled", settings.get(AccessSettings.TENANT_QUOTA_ENABLED));
    facts.put("loopback_bypass", settings.get(AccessSettings.RATE_LIMIT_BYPASS_LOOPBACK));
    facts.put("trust_proxy", settings.get(AccessSettings.TRUST_PROXY));
    List<String> origins = AccessSettings.corsOrigins(settings);
    facts.put("cors_wildcard", origins.contains("*"));
    facts.put("cors_origins", origins.size());
    String databaseUrl = settings.get(CoreSettings.DATABASE_URL);
    String target =
        DatabaseTarget.target(
            databaseUrl == null ? settings.get(ControlSettings.PERDURA_DB_URL) : databaseUrl);
    if (target == null) {
      facts.putNull("database_loopback");
    } else {
      facts.put("database_loopback", target.startsWith("loopback:"));
    }
    facts.put("benchmark_endpoints", settings.get(ControlSettings.PERDURA_BENCHMARK_ENDPOINTS));
    facts.put("memory_tenant_id", settings.get(CoreSettings.MEMORY_TENANT_ID));
    facts.put("memory_scope", settings.get(CoreSettings.MEMORY_SCOPE));
    return facts;
  }

  private static JsonNode value(Settings settings, Setting<?> setting) {
    Object value = settings.get(setting);
    if (setting.isSecret()) {
      return TextNode.valueOf(value == null ? "unset" : "set");
    }
    return value instanceof String text
        ? TextNode.valueOf(USER_INFO.matcher(text).replaceAll("***"))
        : Jsons.MAPPER.valueToTree(value);
  }
}
