package io.perdura.memory;

import io.perdura.embedding.EmbeddingSettings;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import java.nio.charset.StandardCharsets;

/** What the preparation of one request shares: settings, the redaction's counters, its scope. */
final class WriteContext {
  /** Bytes of a scope key that fit into every index. */
  private static final int MAX_SCOPE_BYTES = 1024;

  final WriteRequest request;
  final Redaction redaction;
  final int maxTextLength;
  final int dimension;
  final boolean allowCrossScopeEdges;
  final boolean autoEmbed;

  /** The processed input text, null when the request has only its hash. */
  final String input;

  private final ScopeKey.Defaults defaults;

  WriteContext(WriteRequest request, Settings settings) {
    this.request = request;
    this.redaction = new Redaction(settings.get(CoreSettings.PII_REDACTION));
    this.maxTextLength = settings.get(CoreSettings.MAX_TEXT_LEN);
    this.dimension = EmbeddingSettings.dimension(settings);
    this.allowCrossScopeEdges = settings.get(MemorySettings.ALLOW_CROSS_SCOPE_EDGES);
    this.autoEmbed =
        request.autoEmbed && !settings.get(EmbeddingSettings.EMBEDDING_PROVIDER).equals("none");
    this.defaults = settings.defaults();
    checkLength(request.scope);
    this.input = input();
  }

  private String input() {
    if (request.inputText == null) {
      return null;
    }
    String text = text("input_text", request.inputText);
    if (text.isEmpty()) {
      throw Faults.blank("input_text");
    }
    return text;
  }

  /** Normalises and redacts a text that will be stored; null stays null. */
  String text(String field, String raw) {
    if (raw == null) {
      return null;
    }
    return Faults.storable(field, redaction.redact(TextRules.normalise(raw, maxTextLength)));
  }

  /** Picks an agent or team: the node's own, else the request's; blank counts as absent. */
  String person(String field, String own, String inherited) {
    String name = TextRules.trimToNull(own);
    return Faults.storable(field, name == null ? TextRules.trimToNull(inherited) : name);
  }

  /** Resolves the scope of a node or an edge; blank or null is the request's. */
  ScopeKey scopeOf(String name) {
    if (TextRules.trimToNull(name) == null) {
      return request.scope;
    }
    ScopeKey key = ScopeKey.of(request.scope.tenant(), name, defaults);
    checkLength(key);
    return key.equals(request.scope) ? request.scope : key;
  }

  private static void checkLength(ScopeKey scope) {
    int bytes = scope.key().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_SCOPE_BYTES) {
      throw ApiException.badRequest(
          "invalid_scope",
          "scope must not take more than " + MAX_SCOPE_BYTES + " bytes, tenant prefix included",
          Jsons.object().put("bytes", bytes));
    }
  }
}
