package io.perdura.recall;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.TextRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which recall profile a tenant's request at an endpoint starts from (policy-control, section 9.6).
 */
final class ProfilePolicy {
  private static final Set<String> ENDPOINTS = Set.of("recall", "recall_text");

  /** The text read last: it is one setting, asked for with each request. */
  private static volatile Parsed last;

  private final Map<String, String> byEndpoint;
  private final Map<String, String> byTenant;
  private final Map<String, Map<String, String>> byTenantAndEndpoint;

  private ProfilePolicy(
      Map<String, String> byEndpoint,
      Map<String, String> byTenant,
      Map<String, Map<String, String>> byTenantAndEndpoint) {
    this.byEndpoint = byEndpoint;
    this.byTenant = byTenant;
    this.byTenantAndEndpoint = byTenantAndEndpoint;
  }

  /**
   * Reads the text of {@code MEMORY_RECALL_PROFILE_POLICY_JSON}.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static ProfilePolicy parse(String text) {
    Parsed known = last;
    if (known == null || !known.text.equals(text)) {
      known = new Parsed(text, read(text));
      last = known;
    }
    return known.policy;
  }

  private static ProfilePolicy read(String text) {
    JsonNode json;
    try {
      json = Jsons.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("must be a JSON object", e);
    }
    if (!json.isObject()) {
      throw new IllegalArgumentException("must be a JSON object");
    }
    Map<String, Map<String, String>> nested = new HashMap<>();
    part(json, "tenant_endpoint")
        .properties()
        .forEach(entry ->
            nested.put(
                tenant(entry.getKey()),
                endpoints(
                    "tenant_endpoint." + entry.getKey(),
                    object("tenant_endpoint." + entry.getKey(), entry.getValue()))));
    Map<String, String> tenants = new HashMap<>();
    part(json, "tenant_default")
        .properties()
        .forEach(entry ->
            tenants.put(
                tenant(entry.getKey()),
                profile("tenant_default." + entry.getKey(), entry.getValue())));
    return new ProfilePolicy(endpoints("endpoint", part(json, "endpoint")), tenants, nested);
  }

  /** Returns the profile that applies; {@code fallback} when the policy names none. */
  String profile(String tenant, String endpoint, String fallback) {
    String first = byTenantAndEndpoint.getOrDefault(tenant, Map.of()).get(endpoint);
    if (first != null) {
      return first;
    }
    String second = byTenant.get(tenant);
    return second != null ? second : byEndpoint.getOrDefault(endpoint, fallback);
  }

  private static JsonNode part(JsonNode json, String name) {
    JsonNode part = json.get(name);
    return part == null ? Jsons.object() : object(name, part);
  }

  private static JsonNode object(String path, JsonNode value) {
    if (!value.isObject()) {
      throw new IllegalArgumentException(path + " must be an object");
    }
    return value;
  }

  private static Map<String, String> endpoints(String path, JsonNode object) {
    Map<String, String> result = new HashMap<>();
    object
        .properties()
        .forEach(entry -> {
          if (!ENDPOINTS.contains(entry.getKey())) {
            throw new IllegalArgumentException(
                path + "." + entry.getKey() + ": endpoints are recall and recall_text");
          }
          result.put(entry.getKey(), profile(path + "." + entry.getKey(), entry.getValue()));
        });
    return result;
  }

  private static String tenant(String name) {
    String trimmed = TextRules.trim(name);
    if (trimmed.isEmpty()) {
      throw new IllegalArgumentException("a tenant must not be blank");
    }
    return trimmed;
  }

  private static String profile(String path, JsonNode value) {
    if (!value.isTextual() || !RecallSettings.isProfile(value.textValue())) {
      throw new IllegalArgumentException(
          path + " must be one of legacy, strict_edges, quality_first, lite");
    }
    return value.textValue();
  }

  private record Parsed(String text, ProfilePolicy policy) {}
}
