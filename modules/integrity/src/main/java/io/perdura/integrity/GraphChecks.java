package io.perdura.integrity;

import java.util.List;

/** Checks over edges, aliases, citations and members of topics. */
final class GraphChecks {
  private static final String HAS_ALIAS =
      "jsonb_exists_any(n.marks, array['alias_of', 'superseded_by'])";
  private static final String IS_ROLLUP =
      "n.type = 'concept' and n.marks ->> 'summary_kind' = 'compression_rollup'";
  private static final String HAS_MEMBERS =
      "n.type = 'topic' and n.marks ->> 'member_count' ~ '^[0-9]{1,9}$'";

  /** The edges of a scope, and whether each end is in it. Foreign keys see to it that both are. */
  static final Source EDGES =
      Source.of(
          "edges",
          """
          (select e.id, e.type, e.scope, e.src_id, e.dst_id, e.commit_id, e.created_at,
            exists (select from memory_nodes s where s.scope = {scope} and s.id = e.src_id) as src_here,
            exists (select from memory_nodes d where d.scope = {scope} and d.id = e.dst_id) as dst_here
          from memory_edges e where e.scope = {scope} offset 0) e\
          """);

  /** Nodes that stand for another, with the node that they name. */
  private static final Source ALIASES =
      Source.ofSome(
          "aliases",
          """
          (select n.id, n.type, n.slots ->> 'alias_of' as alias_of, n.slots ->> 'superseded_by' as superseded_by,
            case when n.slots ->> 'alias_of' ~ %1$s then (n.slots ->> 'alias_of')::uuid end as alias_id,
            case when n.slots ->> 'superseded_by' ~ %1$s then (n.slots ->> 'superseded_by')::uuid end as superseded_id
          from memory_nodes n
          where n.scope = {scope} and jsonb_exists_any(n.slots, array['alias_of', 'superseded_by']) offset 0) a
          left join memory_nodes t on t.id = a.alias_id and t.scope = {scope}
          left join memory_nodes s on s.id = a.superseded_id and s.scope = {scope}\
          """
              .formatted(NodeChecks.UUID_SHAPE),
          HAS_ALIAS);

  private static final String ALIASED =
      """
      from memory_nodes n where n.scope = {scope} and jsonb_exists(n.slots, 'alias_of')
        and case when n.slots ->> 'alias_of' ~ %s then (n.slots ->> 'alias_of')::uuid <> n.id else false end\
      """
          .formatted(NodeChecks.UUID_SHAPE);

  private static final Source ALIASED_EDGES =
      Source.ofSome(
          "edges of aliased nodes",
          """
          (select n.id %s offset 0) a
          cross join lateral (
            select e.id, e.type, e.src_id, e.dst_id, e.created_at from memory_edges e where e.src_id = a.id and e.scope = {scope}
            union all
            select e.id, e.type, e.src_id, e.dst_id, e.created_at from memory_edges e where e.dst_id = a.id and e.scope = {scope}
          ) e\
          """
              .formatted(ALIASED),
          HAS_ALIAS);

  /** Walks from each alias whose target is one too; 32 steps at most. */
  private static final Source ALIAS_CYCLES =
      Source.ofSome(
          "cycles of aliases",
          """
          (with recursive a as materialized (
            select n.id, case when n.slots ->> 'alias_of' ~ %s then (n.slots ->> 'alias_of')::uuid end as target %s
          ), walk(start, at, steps) as (
            select a.id, a.target, 1 from a join a b on b.id = a.target
            union all
            select w.start, a.target, w.steps + 1 from walk w join a on a.id = w.at where w.at <> w.start and w.steps < 32
          )
          select start as id, steps from walk where at = start) a\
          """
              .formatted(NodeChecks.UUID_SHAPE, ALIASED),
          HAS_ALIAS);

  private static final Source CITATIONS =
      Source.ofSome(
          "citations",
          """
          (select n.id, n.title, n.updated_at, c.citation,
            case when c.citation ->> 'node_id' ~ %s then (c.citation ->> 'node_id')::uuid end as cited_id
          from memory_nodes n
          cross join lateral jsonb_array_elements(
            case when jsonb_typeof(n.slots -> 'citations') = 'array' then n.slots -> 'citations' else '[]' end) c(citation)
          where n.scope = {scope} and n.type = 'concept' and n.slots ->> 'summary_kind' = 'compression_rollup' offset 0) c
          left join memory_nodes t on t.id = c.cited_id\
          """
              .formatted(NodeChecks.UUID_SHAPE),
          IS_ROLLUP);

  private static final Source TOPICS =
      Source.ofSome(
          "topics",
          """
          (select n.id, n.title, n.updated_at, (n.slots ->> 'member_count')::bigint as member_count
          from (select n.* from memory_nodes n
            where n.scope = {scope} and n.type = 'topic' and n.slots ->> 'member_count' ~ '^[0-9]{1,9}$' offset 0) n) t
          left join (select e.dst_id, count(*) as members from memory_edges e
            where e.scope = {scope} and e.type = 'part_of' group by e.dst_id) m on m.dst_id = t.id\
          """,
          HAS_MEMBERS);

  /** Rollups are part of their topic too, and are no members. */
  private static final String EVENTS_IN =
      """
      (select count(*) from memory_edges e join memory_nodes s on s.id = e.src_id
       where e.dst_id = t.id and e.type = 'part_of' and s.type = 'event')\
      """;

  private GraphChecks() {}

  static Check edgesCrossScope(boolean allowed) {
    Check check =
        Check.error(
            "edges_cross_scope",
            EDGES,
            "not (e.src_here and e.dst_here)",
            """
            e.id, e.type, e.scope, (select s.scope from memory_nodes s where s.id = e.src_id) as src_scope,
              (select d.scope from memory_nodes d where d.id = e.dst_id) as dst_scope, e.src_id, e.dst_id\
            """,
            "e.created_at desc, e.id");
    return allowed ? check.withSeverity(Severity.WARNING) : check;
  }

  static Check edgesMissingCommit() {
    return Check.error(
        "edges_missing_commit_id",
        EDGES,
        "e.commit_id is null",
        "e.id, e.type, e.src_id, e.dst_id, e.created_at",
        "e.created_at desc, e.id");
  }

  static Check citationNodeMissing() {
    return Check.warning(
        "compression_citation_node_missing",
        CITATIONS,
        "c.citation ->> 'node_id' ~ " + NodeChecks.ID_SHAPE + " and t.id is null",
        "c.id as summary_id, c.citation ->> 'node_id' as cited_id",
        "c.updated_at desc, c.id");
  }

  static List<Check> aliasTargets() {
    return List.of(
        Check.error(
            "alias_target_missing",
            ALIASES,
            "a.alias_of ~ " + NodeChecks.ID_SHAPE + " and t.id is null",
            "a.id, a.type, a.alias_of",
            "a.id"),
        Check.warning(
            "superseded_target_missing",
            ALIASES,
            "a.superseded_by ~ " + NodeChecks.ID_SHAPE + " and s.id is null",
            "a.id, a.type, a.superseded_by",
            "a.id"),
        Check.warning(
            "alias_target_type_mismatch",
            ALIASES,
            "t.type <> a.type",
            "a.id, a.type, a.alias_of, t.type as alias_type",
            "a.id"));
  }

  static Check aliasedWithEdges() {
    return Check.warning(
        "aliased_nodes_with_incident_edges",
        ALIASED_EDGES,
        "true",
        "e.id, e.type, e.src_id, e.dst_id, a.id as aliased_id",
        "e.created_at desc, e.id");
  }

  /** What only Perdura checks. */
  static List<Check> own() {
    return List.of(
        Check.error("alias_cycle", ALIAS_CYCLES, "true", "a.id, a.steps", "a.id").asOwn(),
        Check.warning(
                "compression_citation_malformed",
                CITATIONS,
                "coalesce(c.citation ->> 'node_id', '') !~ " + NodeChecks.ID_SHAPE,
                "c.id as summary_id, left(c.citation::text, 120) as citation",
                "c.updated_at desc, c.id")
            .asOwn(),
        Check.warning(
                "topic_member_count_differs",
                TOPICS,
                """
                case when coalesce(m.members, 0) = t.member_count then false else %s <> t.member_count end\
                """
                    .formatted(EVENTS_IN),
                "t.id, left(t.title, 120) as title, t.member_count, " + EVENTS_IN + " as members",
                "t.updated_at desc, t.id")
            .asOwn());
  }
}
