package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Fields;

/**
 * Whether and how rules are evaluated beside the recall.
 *
 * @param context what the rules are matched against, null when the caller wants no rules
 * @param includeShadow whether shadow rules match as well
 * @param limit rules considered, newest first
 */
public record RulesWish(JsonNode context, boolean includeShadow, int limit) {
  private static final int LIMIT = 50;

  static RulesWish read(Fields fields) {
    JsonNode context = fields.source().get("rules_context");
    return new RulesWish(
        context == null || context.isNull() ? null : context,
        fields.bool("rules_include_shadow", false),
        fields.integer("rules_limit", 1, 200, LIMIT));
  }
}
