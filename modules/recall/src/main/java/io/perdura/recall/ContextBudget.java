package io.perdura.recall;

import io.perdura.kernel.Fields;
import io.perdura.kernel.Settings;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * How long the context text may be (contract, section 5.6).
 *
 * @param tokens token budget, null when none is in force
 * @param chars character budget as asked for, null when none is in force
 * @param aggressive true for the compaction profile {@code aggressive}
 */
record ContextBudget(Integer tokens, Integer chars, boolean aggressive) {
  private static final Set<String> PROFILES =
      Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList("balanced", "aggressive")));

  /** No text is cut shorter than this. */
  private static final int LEAST_CHARS = 160;

  private static final int CHARS_PER_TOKEN = 4;

  /** Reads the three fields; recall_text falls back to the configured token budget. */
  static ContextBudget read(Fields fields, RecallRequest.Kind kind, Settings settings) {
    Integer tokens = fields.optInt("context_token_budget", 1, 256_000);
    Integer chars = fields.optInt("context_char_budget", 1, 1_000_000);
    String profile = fields.optEnum("context_compaction_profile", PROFILES);
    if (kind == RecallRequest.Kind.RECALL_TEXT && tokens == null && chars == null) {
      int configured = settings.get(RecallSettings.CONTEXT_TOKEN_BUDGET_DEFAULT);
      tokens = configured > 0 ? configured : null;
    }
    return new ContextBudget(tokens, chars, "aggressive".equals(profile));
  }

  /** Returns the characters that the text may have, 0 = no limit. */
  int limit() {
    if (chars != null) {
      return Math.max(LEAST_CHARS, chars);
    }
    return tokens == null ? 0 : Math.max(LEAST_CHARS, CHARS_PER_TOKEN * tokens);
  }

  /** Tells whether the selection of events is cut as well. */
  boolean isCompact() {
    return aggressive || limit() > 0;
  }

  String profile() {
    return aggressive ? "aggressive" : "balanced";
  }

  /** Returns the estimated tokens of a text. */
  static int estimatedTokens(int chars) {
    return (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN;
  }
}
