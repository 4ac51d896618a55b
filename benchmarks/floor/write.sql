-- A write of one node with one edge to a node that exists, in one round trip: the statement is its own transaction.
-- 1 commit id, 2 scope key, 3 input sha256, 4 diff (json), 5 diff sha256, 6 commit hash,
-- 7 node id, 8 client id, 9 text summary, 10 edge id, 11 topic id, 12 payload (json), 13 job key, 14 payload sha256
with parameters as (
  select ?::uuid as commit_id, ?::text as scope, ?::text as input_sha256, ?::jsonb as diff, ?::text as diff_sha256,
    ?::text as commit_hash, ?::uuid as node_id, ?::text as client_id, ?::text as summary, ?::uuid as edge_id,
    ?::uuid as topic_id, ?::jsonb as payload, ?::text as job_key, ?::text as payload_sha256
), commit_row as (
  insert into memory_commits (id, scope, input_sha256, diff_json, diff_sha256, commit_hash)
  select commit_id, scope, input_sha256, diff, diff_sha256, commit_hash from parameters
  on conflict (commit_hash) do nothing
  returning id
), chosen as (
  -- The same write again belongs to the commit that is there.
  select coalesce((select id from commit_row), (select c.id from memory_commits c where c.commit_hash = p.commit_hash)) as id
  from parameters p
), node_row as (
  insert into memory_nodes (id, scope, client_id, type, memory_lane, text_summary, embedding_status, commit_id)
  select node_id, scope, client_id, 'event', 'shared', summary, 'pending', chosen.id from parameters, chosen
  on conflict (id) do nothing
), edge_row as (
  insert into memory_edges (id, scope, type, src_id, dst_id, weight, confidence, commit_id)
  select edge_id, scope, 'part_of', node_id, topic_id, 0.75, 0.75, chosen.id from parameters, chosen
  on conflict (scope, type, src_id, dst_id) do update set
    weight = greatest(memory_edges.weight, excluded.weight),
    confidence = greatest(memory_edges.confidence, excluded.confidence),
    commit_id = excluded.commit_id, last_activated = now()
), event_row as (
  insert into memory_outbox (scope, commit_id, event_type, payload, job_key, payload_sha256)
  select scope, chosen.id, 'embed_nodes', payload, job_key, payload_sha256 from parameters, chosen
  on conflict (scope, event_type, job_key) do nothing
)
select chosen.id, n.scope as topic_scope
from parameters p
cross join chosen
left join memory_nodes n on n.id = p.topic_id
