package io.perdura.policy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Hashes;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Texts of a request: what may be stored, and in what form. */
final class Texts {
  /** How many tools one request may offer. */
  static final int MOST_CANDIDATES = 200;

  private Texts() {}

  /**
   * Refuses what PostgreSQL cannot store, and mends what only Java can hold.
   *
   * @throws ApiException 400 {@code invalid_text}
   */
  static String storable(String field, String text) {
    if (text == null) {
      return null;
    }
    if (text.indexOf('\0') >= 0) {
      throw ApiException.badRequest(
          "invalid_text", "text must not contain U+0000", Jsons.object().put("field", field));
    }
    return TextRules.wellFormed(text);
  }

  /** White space collapsed, cut, personal data replaced. */
  static String clean(String text, Settings settings) {
    String normal = TextRules.normalise(text, settings.get(CoreSettings.MAX_TEXT_LEN));
    return new Redaction(settings.get(CoreSettings.PII_REDACTION)).redact(normal);
  }

  /** Returns who is named in the commit. */
  static String actor(String sent) {
    return sent == null ? "system" : storable("actor", sent);
  }

  /**
   * Where a change came from: a text or its hash; a text that comes with a hash is not looked at.
   */
  record Input(String text, String sha256) {
    static Input read(Fields body) {
      return new Input(body.optString("input_text"), body.optSha256("input_sha256"));
    }

    void checkRule(Fields body) {
      body.rule(text != null || sha256 != null, "must set input_text or input_sha256");
    }

    /** Hash of the text as it is. */
    String rawHash() {
      return sha256 == null ? Hashes.sha256Hex(text) : sha256;
    }

    /** Hash of the cleaned text. */
    String cleanHash(Settings settings) {
      return sha256 == null ? Hashes.sha256Hex(clean(text, settings)) : sha256;
    }
  }

  /** Trims tool names and drops blank and repeated ones; order kept. */
  static List<String> candidates(List<String> sent) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : sent) {
      String trimmed = TextRules.trimToNull(name);
      if (trimmed != null) {
        names.add(storable("candidates", trimmed));
      }
    }
    return new ArrayList<>(names);
  }

  /** Reads a required list of 1 to 200 names. */
  static List<String> requiredCandidates(Fields body) {
    if (!body.has("candidates")) {
      body.reject("candidates", "Required");
    }
    return body.optStrings("candidates", 1, MOST_CANDIDATES, 1);
  }
}
