package io.perdura.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import java.util.Map;
import java.util.UUID;

/** Rule sets as they come from the database, and their evaluation. */
final class Rules {
  static final ScopeKey SCOPE =
      ScopeKey.resolve(null, "ops", new ScopeKey.Defaults("default", "default"));

  private final ArrayNode rows = Jsons.array();

  /** Reads JSON with single quotes. */
  static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }

  /** The id that rule number {@code n} has. */
  static String id(int n) {
    return new UUID(0, n).toString();
  }

  /**
   * Adds an active shared global rule.
   *
   * @param more keys of a row that are to be different, and {@code priority}
   */
  Rules rule(int n, String ifJson, String then, String more) {
    ObjectNode changes = (ObjectNode) json(more);
    ArrayNode row = rows.addArray();
    row.add(id(n)).add(text(changes, "state", "active"));
    row.add(json(ifJson)).add(json(then));
    row.add(changes.has("exceptions") ? changes.get("exceptions") : Jsons.array());
    row.add(text(changes, "rule_scope", "global"));
    row.add(text(changes, "target_agent", null)).add(text(changes, "target_team", null));
    row.add(changes.path("positive").asInt()).add(changes.path("negative").asInt());
    row.add(text(changes, "commit", null));
    row.add(text(changes, "lane", "shared"));
    row.add(text(changes, "owner_agent", null)).add(text(changes, "owner_team", null));
    row.add(text(changes, "summary", null));
    ObjectNode meta = row.addObject();
    meta.set("priority", changes.get("priority"));
    meta.set("weight", changes.get("weight"));
    return this;
  }

  Rules rule(int n, String ifJson, String then) {
    return rule(n, ifJson, then, "{}");
  }

  private static String text(JsonNode changes, String key, String otherwise) {
    return changes.has(key) ? changes.get(key).textValue() : otherwise;
  }

  RuleSet set() {
    return RuleSet.read("v", rows, RuleSet.NONE, new Conditions(false), 0);
  }

  Evaluation evaluate(String context, boolean includeShadow, int limit, String... settings) {
    Map<String, String> values = settings.length == 0 ? Map.of() : Map.of(settings[0], settings[1]);
    return new Evaluator(Settings.of(values), PolicyMeter.NONE)
        .evaluate(SCOPE, set(), context == null ? null : json(context), includeShadow, limit);
  }

  Evaluation evaluate(String context) {
    return evaluate(context, true, 50);
  }
}
