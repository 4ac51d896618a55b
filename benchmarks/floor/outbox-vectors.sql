-- Then their vectors and the events' end. 1 vectors, one after the other (float4[]), 2 node ids, 3 event ids, 4 fences
with vector_rows as (
  insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id, owner_team_id)
  select {generation}, n.id, n.scope,
    (given.all_vectors)[(wanted.i - 1) * {dimension} + 1 : wanted.i * {dimension}]::vector,
    n.tier in ('hot', 'warm'), n.type, n.memory_lane, n.owner_agent_id, n.owner_team_id
  from (select ?::real[] as all_vectors) given
  cross join unnest(?::uuid[]) with ordinality as wanted(id, i)
  join memory_nodes n on n.id = wanted.id
  on conflict (generation_id, node_id) do nothing
)
update memory_outbox o
set published_at = now(), claimed_by = null, lease_until = null,
  payload = o.payload || '{"embed_backfill": {"attempted": 1, "updated": 1, "skipped_already_ready": 0, "failed": 0, "status": "ok"}}'
from unnest(?::bigint[], ?::bigint[]) as held(id, fence)
where o.id = held.id and o.fence = held.fence and o.published_at is null
