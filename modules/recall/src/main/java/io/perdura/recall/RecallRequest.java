package io.perdura.recall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.CoreSettings;
import io.perdura.kernel.Fields;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Redaction;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.Settings;
import io.perdura.kernel.TextRules;
import io.perdura.kernel.Viewer;

/**
 * A valid recall or recall_text request (contract, section 5.1), its knobs filled in from profile
 * and strategy (5.2).
 */
public final class RecallRequest {
  /** Which endpoint was asked. */
  public enum Kind {
    RECALL("recall"),
    RECALL_TEXT("recall_text");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Returns the endpoint's name in audit rows and profile policies. */
    public String label() {
      return label;
    }
  }

  final Kind kind;
  final ScopeKey scope;
  final Viewer viewer;
  final KnobChoice knobs;

  /** The query as numbers, as sent; null for recall_text. */
  final double[] queryEmbedding;

  /** The query as text, normalised and redacted; null for recall. */
  final String queryText;

  final Flags flags;
  final ContextBudget budget;
  final RulesWish rules;

  private RecallRequest(
      Kind kind, JsonNode query, ScopeKey scope, Viewer viewer, Settings settings, Parts parts) {
    this.kind = kind;
    this.scope = scope;
    this.viewer = viewer;
    this.queryEmbedding = kind == Kind.RECALL ? QueryVectors.read(query) : null;
    this.queryText = kind == Kind.RECALL_TEXT ? clean(query.textValue(), settings) : null;
    this.knobs = parts.knobs;
    this.flags = parts.flags;
    this.budget = parts.budget;
    this.rules = parts.rules;
  }

  /**
   * Reads a body, identity fields already injected. Anything but an object counts as an empty one.
   *
   * @throws ApiException 400 {@code invalid_request}, {@code invalid_tenant_id}, {@code
   *     invalid_scope}
   */
  public static RecallRequest read(JsonNode body, Kind kind, Settings settings) {
    ObjectNode source = Jsons.object();
    if (body != null && body.isObject()) {
      source.setAll((ObjectNode) body);
    }
    KnobChoice.dropNulls(source);
    Fields fields = Fields.of(source);
    checkQuery(fields, kind);
    String tenant = fields.optString("tenant_id");
    String scope = fields.optString("scope");
    String strategy = fields.optEnum("recall_strategy", KnobChoice.STRATEGIES);
    String agent = identity(fields, "consumer_agent_id");
    String team = identity(fields, "consumer_team_id");
    String profile = baseProfile(kind, tenantText(source, settings), settings);
    Parts parts =
        new Parts(
            KnobChoice.read(fields, strategy, profile),
            Flags.read(fields),
            ContextBudget.read(fields, kind, settings),
            RulesWish.read(fields));
    fields.throwIfInvalid();
    JsonNode query = source.get(kind == Kind.RECALL ? "query_embedding" : "query_text");
    ScopeKey key = ScopeKey.resolve(tenant, scope, settings.defaults());
    return new RecallRequest(kind, query, key, Viewer.of(agent, team), settings, parts);
  }

  private static String identity(Fields fields, String field) {
    String value = fields.optString(field);
    if (value != null && value.indexOf('\0') >= 0) {
      fields.reject(field, "must not contain U+0000");
    }
    return value;
  }

  private static void checkQuery(Fields fields, Kind kind) {
    if (kind == Kind.RECALL) {
      fields.vector("query_embedding");
    } else {
      fields.string("query_text", 1, Integer.MAX_VALUE);
    }
  }

  /** Returns tenant and scope that the request is about. */
  public ScopeKey scope() {
    return scope;
  }

  public Kind kind() {
    return kind;
  }

  /** Tells whether the answer is to carry stored vectors, which has rules and limits of its own. */
  public boolean wantsDebugEmbeddings() {
    return flags.returnDebug() && flags.includeEmbeddings();
  }

  private static String baseProfile(Kind kind, String tenant, Settings settings) {
    return ProfilePolicy.parse(settings.get(RecallSettings.MEMORY_RECALL_PROFILE_POLICY_JSON))
        .profile(tenant, kind.label, settings.get(RecallSettings.MEMORY_RECALL_PROFILE));
  }

  private static String tenantText(ObjectNode source, Settings settings) {
    JsonNode tenant = source.get("tenant_id");
    boolean given = tenant != null && tenant.isTextual() && !tenant.textValue().isBlank();
    return given ? TextRules.trim(tenant.textValue()) : settings.defaults().tenant();
  }

  private static String clean(String text, Settings settings) {
    String normal =
        TextRules.normalise(text.replace('\0', ' '), settings.get(CoreSettings.MAX_TEXT_LEN));
    return new Redaction(settings.get(CoreSettings.PII_REDACTION)).redact(normal);
  }

  private record Parts(KnobChoice knobs, Flags flags, ContextBudget budget, RulesWish rules) {}
}
