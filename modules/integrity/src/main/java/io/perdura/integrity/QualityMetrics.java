package io.perdura.integrity;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The figures of a quality evaluation: one pass over the nodes of a scope, one over its edges. */
final class QualityMetrics {
  private static final List<String> TIERS = List.of("hot", "warm", "cold", "archive");

  private static final String NODES =
      """
      select count(*) as total,
        count(*) filter (where tier = 'hot') as hot, count(*) filter (where tier = 'warm') as warm,
        count(*) filter (where tier = 'cold') as cold, count(*) filter (where tier = 'archive') as archive,
        count(*) filter (where ready) as ready_total,
        count(*) filter (where eligible) as eligible,
        count(*) filter (where eligible and expected) as expected,
        count(*) filter (where eligible and expected and ready) as expected_ready,
        count(*) filter (where eligible and settled) as judged,
        count(*) filter (where eligible and settled and ready) as judged_ready,
        count(*) filter (where type in ('topic', 'concept', 'entity')) as dedupe,
        count(*) filter (where type in ('topic', 'concept', 'entity') and aliased) as aliased,
        count(*) filter (where touched_at >= now() - interval '30 days') as fresh,
        count(*) filter (where rollup) as summaries,
        coalesce(avg(citations) filter (where rollup), 0)::float8 as citations,
        count(*) filter (where type = 'event' and tier in ('hot', 'warm') and embedding_status = 'ready') as events,
        count(*) filter (where mergeable) as mergeable,
        count(*) filter (where mergeable and aliased and updated_at >= now() - interval '30 days') as merged
      from (
        select n.type, n.tier, n.embedding_status, n.updated_at, coalesce(n.last_activated, n.created_at) as touched_at,
          n.tier in ('hot', 'warm') and n.type in ('event', 'entity', 'topic', 'concept', 'procedure', 'self_model')
            and (btrim(coalesce(n.text_summary, '')) <> '' or btrim(coalesce(n.title, '')) <> '') as eligible,
          n.created_at < now() - {grace_seconds} * interval '1 second' as settled,
          n.embedding_model is not null or n.embedding_status = 'ready' or n.has_vector as expected,
          n.embedding_status = 'ready' and n.has_vector as ready,
          jsonb_exists(n.slots, 'alias_of') as aliased,
          n.type in ('topic', 'concept', 'entity', 'procedure', 'self_model') as mergeable,
          n.type = 'concept' and coalesce(n.slots ->> 'summary_kind', '') = 'compression_rollup' as rollup,
          case when n.type = 'concept' and jsonb_typeof(n.slots -> 'citations') = 'array'
            then jsonb_array_length(n.slots -> 'citations') else 0 end as citations
        from (select m.*, exists (select from memory_vectors v where v.node_id = m.id) as has_vector
          from memory_nodes m where m.scope = {scope} offset 0) n
      ) n
      """;

  private static final String EDGES =
      """
      select (select count(*) from memory_edges where scope = {scope}) as edges, count(*) as part_of,
        coalesce(avg(p.weight), 0)::float8 as cohesion, count(distinct p.src_id) filter (where p.active) as members
      from (
        select e.weight, e.src_id, s.tier in ('hot', 'warm') and s.embedding_status = 'ready' as active
        from memory_edges e
        join memory_nodes s on s.id = e.src_id and s.scope = {scope} and s.type = 'event'
        join memory_nodes d on d.id = e.dst_id and d.type = 'topic'
        where e.scope = {scope} and e.type = 'part_of') p
      """;

  private final Map<String, Double> figures = new LinkedHashMap<>();

  private QualityMetrics() {}

  static QualityMetrics read(Connection connection, QualityOptions options) throws SQLException {
    QualityMetrics metrics = new QualityMetrics();
    Map<String, Object> values =
        Map.of("scope", options.scope().key(), "grace_seconds", options.graceSeconds());
    for (String sql : List.of(NODES, EDGES)) {
      try (PreparedStatement select = NamedSql.prepare(connection, sql, values);
          ResultSet row = select.executeQuery()) {
        row.next();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
          metrics.figures.put(row.getMetaData().getColumnLabel(i), row.getDouble(i));
        }
      }
    }
    return metrics;
  }

  long count(String name) {
    return figures.get(name).longValue();
  }

  /** The part of {@code whole} that {@code part} is; {@code empty} when there is nothing. */
  double ratio(String part, String whole, double empty) {
    return count(whole) == 0 ? empty : figures.get(part) / figures.get(whole);
  }

  /**
   * Whether it can be told how many nodes have their vectors: some are old enough, or all that are
   * too young have theirs already, or none should have one.
   */
  boolean canJudgeVectors() {
    return count("judged") > 0 || count("expected_ready") == count("eligible");
  }

  /** The part of the nodes that should have a vector and do. */
  double readyRatio() {
    return ratio("judged_ready", "judged", 1);
  }

  double aliasRate() {
    return ratio("aliased", "dedupe", 0);
  }

  double archiveRatio() {
    return ratio("archive", "total", 0);
  }

  double freshRatio() {
    return ratio("fresh", "total", 1);
  }

  /** Four decimals, half up. */
  static double rounded(double value) {
    return BigDecimal.valueOf(value).setScale(4, RoundingMode.HALF_UP).doubleValue();
  }

  ObjectNode json() {
    ObjectNode json = Jsons.object().put("total_nodes", count("total"));
    ObjectNode tiers = json.putObject("tier_counts");
    TIERS.forEach(tier -> tiers.put(tier, count(tier)));
    json.put("embedding_ready_nodes", count("expected_ready"))
        .put("embedding_ready_nodes_total", count("ready_total"))
        .put("embedding_eligible_nodes", count("eligible"))
        .put("embedding_expected_nodes", count("expected"))
        .put("embedding_untracked_nodes", Math.max(0, count("eligible") - count("expected")))
        .put("embedding_judged_nodes", count("judged"))
        .put("embedding_judged_ready_nodes", count("judged_ready"))
        .put("embedding_ready_ratio", rounded(readyRatio()))
        .put("dedupe_candidates_total", count("dedupe"))
        .put("aliased_nodes", count("aliased"))
        .put("alias_rate", rounded(aliasRate()))
        .put("archive_ratio", rounded(archiveRatio()))
        .put("fresh_30d_nodes", count("fresh"))
        .put("fresh_30d_ratio", rounded(freshRatio()))
        .put("edge_count", count("edges"))
        .put("edges_per_node", rounded(ratio("edges", "total", 0)))
        .put("compression_summaries", count("summaries"))
        .put("compression_avg_citations", rounded(figures.get("citations")));
    long orphans = Math.max(0, count("events") - count("members"));
    json.putObject("clustering_quality")
        .put("cohesion", rounded(figures.get("cohesion")))
        .put(
            "drift_orphan_rate",
            rounded(count("events") == 0 ? 0 : (double) orphans / count("events")))
        .put("merge_rate_30d", rounded(ratio("merged", "mergeable", 0)))
        .put("part_of_edges", count("part_of"))
        .put("eligible_event_nodes", count("events"))
        .put("orphan_event_nodes", orphans)
        .put("merged_30d_nodes", count("merged"));
    return json;
  }
}
