package io.perdura.integrity;

import java.util.ArrayList;
import java.util.List;

/** Checks that one pass over a scope's nodes answers. */
final class NodeChecks {
  /** Slots that any of these checks reads: of all other nodes no slot is looked at. */
  private static final String MARKS =
      """
      array['topic_state', 'member_count', 'last_tier_transition_ms', 'feedback_quality', 'feedback_positive',
        'feedback_negative', 'summary_kind', 'alias_of', 'superseded_by', 'consolidation_conflict_detected']\
      """;

  /**
   * The nodes of a scope. The fence (offset 0) keeps the look at memory_vectors in one place, where
   * it can be a hash.
   */
  static final Source NODES =
      Source.of(
          "nodes",
          """
          (select n.id, n.type, n.tier, n.title, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id,
            n.embedding_status, n.embedding_model, n.embedding_attempts, n.embedding_last_error, n.salience, n.importance,
            n.confidence, n.commit_id, n.created_at, n.updated_at, n.slots,
            case when jsonb_exists_any(n.slots, %s) then n.slots end as marks,
            exists (select from memory_vectors v where v.node_id = n.id) as has_vector
          from memory_nodes n where n.scope = {scope} offset 0) n\
          """
              .formatted(MARKS));

  /** What can be cast to a UUID. */
  static final String UUID_SHAPE = "'^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'";

  /** 36 hex digits or dashes: what is meant as an id, and may still be none. */
  static final String ID_SHAPE = "'^[0-9a-fA-F-]{36}$'";

  private static final String EMBEDDING =
      """
      n.id, n.type, n.embedding_status, n.embedding_attempts, left(n.embedding_last_error, 120) as embedding_last_error\
      """;
  private static final String OWNERS =
      """
      n.id, n.type, n.memory_lane, n.producer_agent_id, n.owner_agent_id, n.owner_team_id\
      """;
  private static final String OWNERLESS =
      """
      n.memory_lane = 'private' and coalesce(btrim(n.owner_agent_id), '') = ''
        and coalesce(btrim(n.owner_team_id), '') = ''\
      """;
  private static final String NEWEST = "n.updated_at desc, n.id";

  /** A vector that a search in the scope could find. Asked only of nodes that are not ready. */
  private static final String FINDABLE =
      """
      (select true from memory_vectors v where v.node_id = n.id and v.generation_id = coalesce(
        (select s.generation_id from embedding_scopes s where s.scope = {scope}), v.generation_id) limit 1) is not null\
      """;

  private NodeChecks() {}

  /** Text of a slot, cut. */
  private static String slot(String name) {
    return "left(n.marks ->> '" + name + "', 120) as " + name;
  }

  /** A slot that means yes: true, a number other than 0, or one of the contract's words. */
  private static String truthy(String slots, String name) {
    return """
    coalesce(jsonb_typeof(%1$s -> '%2$s') = 'number' and %1$s -> '%2$s' <> '0'
      or lower(%1$s ->> '%2$s') in ('true', '1', 'yes', 'on'), false)\
    """
        .formatted(slots, name);
  }

  /** The slot is there, not null, and not a whole number of at most {@code digits} digits. */
  private static String notCount(String name, int digits) {
    return "coalesce(n.marks ->> '%s' !~ '^[0-9]{1,%d}$', false)".formatted(name, digits);
  }

  /** Checks 1 to 13 of the contract, without 1: it looks at the vectors. */
  static List<Check> embeddingsAndSlots(boolean hotBudget, boolean activeBudget) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        Check.error(
            "embedding_ready_without_vector",
            NODES,
            "n.embedding_status = 'ready' and not n.has_vector",
            EMBEDDING,
            NEWEST));
    checks.add(
        Check.error(
            "embedding_not_ready_with_vector",
            NODES,
            "case when n.embedding_status <> 'ready' then " + FINDABLE + " else false end",
            EMBEDDING,
            NEWEST));
    checks.add(
        Check.error(
            "embedding_model_missing_for_ready",
            NODES,
            """
            n.embedding_status = 'ready' and coalesce(btrim(n.embedding_model), '') = '' and n.has_vector\
            """,
            "n.id, n.type, n.embedding_status",
            NEWEST));
    checks.add(
        Check.error(
            "embedding_model_invalid_for_ready",
            NODES,
            """
            n.embedding_status = 'ready' and btrim(n.embedding_model) <> ''
              and (n.embedding_model like 'unknown:%'
                or n.embedding_model <> 'client' and n.embedding_model !~ '^[a-z0-9][a-z0-9_.-]*:[^[:space:]]+$')
              and n.has_vector\
            """,
            "n.id, n.type, left(n.embedding_model, 120) as embedding_model",
            NEWEST));
    checks.addAll(topics());
    checks.addAll(tiers());
    checks.addAll(feedback());
    if (hotBudget) {
      checks.add(budget("scope_hot_budget_exceeded", "n.tier = 'hot'", "{hot_budget}"));
    }
    if (activeBudget) {
      checks.add(
          budget("scope_active_budget_exceeded", "n.tier in ('hot', 'warm')", "{active_budget}"));
    }
    checks.add(
        Check.warning(
            "compression_citations_invalid",
            NODES,
            """
            n.type = 'concept' and n.marks ->> 'summary_kind' = 'compression_rollup'
              and jsonb_typeof(n.marks -> 'citations') is distinct from 'array'\
            """,
            """
            n.id, left(n.title, 120) as title, n.marks ->> 'summary_kind' as summary_kind,
              jsonb_typeof(n.marks -> 'citations') as citations_are\
            """,
            NEWEST));
    return checks;
  }

  private static List<Check> topics() {
    return List.of(
        Check.warning(
            "topic_state_invalid",
            NODES,
            "n.type = 'topic' and coalesce(n.marks ->> 'topic_state', 'active') not in ('active', 'draft')",
            "n.id, left(n.title, 120) as title, " + slot("topic_state"),
            NEWEST),
        Check.warning(
            "topic_member_count_invalid",
            NODES,
            "n.type = 'topic' and " + notCount("member_count", 9),
            "n.id, left(n.title, 120) as title, " + slot("member_count"),
            NEWEST));
  }

  private static List<Check> tiers() {
    return List.of(
        Check.warning(
            "tier_transition_marker_invalid",
            NODES,
            notCount("last_tier_transition_ms", 15),
            "n.id, n.type, n.tier, " + slot("last_tier_transition_ms"),
            NEWEST),
        Check.error(
            "protected_nodes_recently_tiered",
            NODES,
            """
            case when n.marks ->> 'last_tier_transition_ms' ~ '^[0-9]{1,15}$'
              then (n.marks ->> 'last_tier_transition_ms')::bigint >= (extract(epoch from now()) * 1000)::bigint - 86400000
                and (%s or %s)
              else false end\
            """
                .formatted(truthy("n.marks", "pin"), truthy("n.marks", "legal_hold")),
            "n.id, n.type, n.tier, "
                + String.join(
                    ", ",
                    slot("pin"),
                    slot("legal_hold"),
                    slot("last_tier_transition_ms"),
                    slot("last_tier_transition_from"),
                    slot("last_tier_transition_to")),
            NEWEST),
        Check.warning(
            "archive_salience_too_high",
            NODES,
            "n.tier = 'archive' and n.salience > {cold_below}::real",
            "n.id, n.type, n.salience, left(n.slots ->> 'last_tier_transition_to', 120) as last_tier_transition_to",
            "n.salience desc, n.id"));
  }

  private static List<Check> feedback() {
    return List.of(
        Check.warning(
            "adaptive_feedback_quality_invalid",
            NODES,
            """
            case when n.marks ->> 'feedback_quality' is null then false
              when length(n.marks ->> 'feedback_quality') > 400 then true
              when n.marks ->> 'feedback_quality' ~ '^-?[0-9]+([.][0-9]+)?$'
                then (n.marks ->> 'feedback_quality')::numeric not between -1 and 1
              else true end\
            """,
            "n.id, n.type, " + slot("feedback_quality"),
            NEWEST),
        Check.warning(
            "adaptive_feedback_counts_invalid",
            NODES,
            notCount("feedback_positive", 15) + " or " + notCount("feedback_negative", 15),
            "n.id, n.type, " + slot("feedback_positive") + ", " + slot("feedback_negative"),
            NEWEST));
  }

  private static Check budget(String name, String tiers, String budget) {
    return Check.warning(
            name,
            NODES,
            tiers,
            "n.id, n.type, n.tier, n.salience, n.updated_at",
            "n.salience, n.updated_at, n.id")
        .counting("greatest(0, count(*) filter (where " + tiers + ") - " + budget + ")");
  }

  static Check aliasSelfReference() {
    return Check.error(
        "alias_self_reference",
        NODES,
        """
        coalesce(lower(n.marks ->> 'alias_of') = n.id::text or lower(n.marks ->> 'superseded_by') = n.id::text, false)\
        """,
        "n.id, n.type, " + slot("alias_of") + ", " + slot("superseded_by"),
        NEWEST);
  }

  static Check conflictWithoutOverride() {
    return Check.error(
        "consolidation_conflict_detected_without_override",
        NODES,
        truthy("n.marks", "consolidation_conflict_detected")
            + " and not "
            + truthy("n.marks", "consolidation_conflict_override"),
        "n.id, n.type, "
            + String.join(
                ", ",
                slot("alias_of"),
                slot("consolidation_conflict_kind"),
                slot("consolidation_conflict_reasons")),
        NEWEST);
  }

  static Check privateLaneWithoutOwner() {
    return Check.warning(
        "private_lane_without_owner", NODES, "n.type <> 'rule' and " + OWNERLESS, OWNERS, NEWEST);
  }

  static Check privateRuleWithoutOwner() {
    return Check.error(
        "private_rule_without_owner",
        NODES,
        "n.type = 'rule' and " + OWNERLESS,
        OWNERS + ", n.updated_at",
        NEWEST);
  }

  static Check nodesMissingCommit() {
    return Check.error(
        "nodes_missing_commit_id",
        NODES,
        "n.commit_id is null",
        "n.id, n.type, n.created_at",
        "n.created_at desc, n.id");
  }

  /** What only Perdura checks. */
  static List<Check> own() {
    return List.of(
        Check.error(
                "embedding_failed_nodes",
                NODES,
                """
                n.embedding_status = 'failed' and (n.embedding_last_error is null
                  or n.embedding_last_error not in ('no_embed_text', 'auto_embed_disabled_or_no_provider'))\
                """,
                EMBEDDING,
                NEWEST)
            .asOwn()
            .allowing("max_failed_embeddings"),
        Check.error(
                "node_slots_not_an_object",
                NODES,
                "jsonb_typeof(n.slots) <> 'object'",
                "n.id, n.type, jsonb_typeof(n.slots) as slots_are",
                NEWEST)
            .asOwn(),
        Check.warning(
                "node_score_out_of_range",
                NODES,
                """
                n.salience not between 0 and 1 or n.importance not between 0 and 1 or n.confidence not between 0 and 1\
                """,
                "n.id, n.type, n.salience::text, n.importance::text, n.confidence::text",
                NEWEST)
            .asOwn(),
        Check.warning(
                "alias_reference_malformed",
                NODES,
                """
                coalesce(n.marks ->> 'alias_of' !~ %1$s, false) or coalesce(n.marks ->> 'superseded_by' !~ %1$s, false)\
                """
                    .formatted(ID_SHAPE),
                "n.id, n.type, " + slot("alias_of") + ", " + slot("superseded_by"),
                NEWEST)
            .asOwn());
  }
}
