package io.perdura.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.ScopeKey;
import io.perdura.kernel.TenantId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The statement behind diagnostics.
 *
 * @param key the one scope that is asked about, null = all of the tenant
 */
record DiagnosticsSql(TenantId tenant, boolean isDefault, ScopeKey key, int windowMinutes) {
  private static final String TEXT =
      """
      with asked as (
        select ?::text as tenant, ?::boolean as everybody, ?::text as prefix, ?::text as key, ?::text as public_scope,
               now() - make_interval(mins => ?) as since
      ), requests as (
        select t.endpoint, t.status_code, t.latency_ms from memory_request_telemetry t, asked
         where t.tenant_id = tenant and t.created_at >= since and (public_scope is null or t.scope = public_scope)
      ), endpoints as (
        select endpoint, count(*) as total, count(*) filter (where status_code >= 400) as errors,
               percentile_cont(array[0.5, 0.95, 0.99]) within group (order by latency_ms) as p
          from requests group by endpoint
      ), recalls as (
        select a.seed_count, a.node_count, a.edge_count from memory_recall_audit a, asked
         where a.created_at >= since
           and case when key is not null then a.scope = key
                    when everybody then not starts_with(a.scope, 'tenant:')
                    else starts_with(a.scope, prefix) end
      ), waiting as (
        select o.event_type, o.attempts, o.failed_at, o.created_at from memory_outbox o, asked
         where o.published_at is null
           and case when key is not null then o.scope = key
                    when everybody then not starts_with(o.scope, 'tenant:')
                    else starts_with(o.scope, prefix) end
      ), queues as (
        select event_type,
               count(*) filter (where failed_at is null) as pending,
               count(*) filter (where failed_at is null and attempts > 0) as retrying,
               count(*) filter (where failed_at is not null) as failed,
               coalesce(extract(epoch from now() - min(created_at) filter (where failed_at is null)), 0) as age
          from waiting group by grouping sets ((event_type), ())
      ), pipeline as (
        select count(*) as total, greatest(count(*), 1) as divisor,
               count(*) filter (where seed_count = 0) as no_seed, count(*) filter (where node_count = 0) as no_node,
               count(*) filter (where edge_count = 0) as no_edge, coalesce(avg(seed_count), 0) as seeds,
               coalesce(avg(node_count), 0) as nodes, coalesce(avg(edge_count), 0) as edges
          from recalls
      )
      select json_build_object(
        'request_telemetry', json_build_object('endpoints', (select coalesce(json_agg(json_build_object(
            'endpoint', endpoint, 'total', total, 'errors', errors,
            'error_rate', round(errors::numeric / total, 6)::float8,
            'latency_p50_ms', round(p[1]::numeric, 6)::float8,
            'latency_p95_ms', round(p[2]::numeric, 6)::float8,
            'latency_p99_ms', round(p[3]::numeric, 6)::float8) order by endpoint), '[]') from endpoints)),
        'recall_pipeline', (select json_build_object(
            'total', total, 'empty_seed', no_seed, 'empty_nodes', no_node, 'empty_edges', no_edge,
            'empty_seed_rate', round(no_seed::numeric / divisor, 6)::float8,
            'empty_node_rate', round(no_node::numeric / divisor, 6)::float8,
            'empty_edge_rate', round(no_edge::numeric / divisor, 6)::float8,
            'seed_avg', round(seeds, 6)::float8, 'node_avg', round(nodes, 6)::float8,
            'edge_avg', round(edges, 6)::float8) from pipeline),
        'outbox', json_build_object(
          'totals', (select json_build_object('pending', pending, 'retrying', retrying, 'failed', failed,
              'oldest_pending_age_sec', round(age, 6)::float8) from queues where event_type is null),
          'by_event_type', (select coalesce(json_agg(json_build_object('event_type', event_type, 'pending', pending,
              'retrying', retrying, 'failed', failed, 'oldest_pending_age_sec', round(age, 6)::float8)
              order by event_type), '[]') from queues where event_type is not null)))
      """;

  /** Returns the three parts of the report. */
  JsonNode read(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(TEXT)) {
      statement.setString(1, tenant.value());
      statement.setBoolean(2, isDefault);
      statement.setString(3, ScopeKey.prefix(tenant));
      statement.setString(4, key == null ? null : key.key());
      statement.setString(5, key == null ? null : key.scope());
      statement.setInt(6, windowMinutes);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return Jsons.stored(row.getString(1));
      }
    }
  }
}
