-- Recall by vector in one round trip: seeds, two hops of neighbourhood, the rows of every node met.
-- 1 query vector (float4[]), 2 scope key, 3 consumer agent, 4 consumer team
-- Profile strict_edges: limit 24 (oversample 120), max_edges 80 (E = H = 400), max_nodes 60 (budget 240), minima 0.2.
--
-- "coalesce(scope = .., false)" keeps the planner from the scope's b-tree and has it expect half of the rows, so that even
-- the generic plan takes the vector index. ("scope || '' = .." is expected to leave one row in 200: it sorts them all.)
-- The predicate on the generation's number is text in the statement: a partial index cannot be proven from a parameter.
with parameters as materialized (
  select ?::real[]::vector({dimension}) as query, ?::text as scope, ?::text as agent, ?::text as team
), found as materialized (
  select node_id, type, (embedding::vector({dimension})) <=> (select query from parameters) as distance
  from memory_vectors
  where generation_id = {generation} and eligible
    and coalesce(scope = (select scope from parameters), false)
    and (memory_lane = 'shared'
      or owner_agent_id = (select agent from parameters)
      or owner_team_id = (select team from parameters))
  order by (embedding::vector({dimension})) <=> (select query from parameters)
  limit 120
), seed as materialized (
  select f.node_id as id, f.distance
  from found f
  where f.type in ('event', 'entity', 'concept')
    or (f.type = 'topic' and exists (
      select from memory_nodes n where n.id = f.node_id and coalesce(n.slots ->> 'topic_state', 'active') = 'active'))
    or (f.type = 'rule' and exists (
      select from memory_rule_defs r where r.rule_node_id = f.node_id and r.state in ('shadow', 'active')))
  order by f.distance
  limit 24
), hop as materialized (
  (select e.src_id, e.dst_id
   from seed s cross join lateral (
     select e.src_id, e.dst_id, e.weight, e.confidence from memory_edges e
     where e.src_id = s.id and e.scope = (select scope from parameters)
       and e.weight >= 0.2::real and e.confidence >= 0.2::real
     order by e.weight desc, e.confidence desc limit 400) e
   order by e.weight desc, e.confidence desc limit 400)
  union all
  (select e.src_id, e.dst_id
   from seed s cross join lateral (
     select e.src_id, e.dst_id, e.weight, e.confidence from memory_edges e
     where e.dst_id = s.id and e.scope = (select scope from parameters)
       and e.weight >= 0.2::real and e.confidence >= 0.2::real
     order by e.weight desc, e.confidence desc limit 400) e
   order by e.weight desc, e.confidence desc limit 400)
), frontier as materialized (
  select id from seed union select src_id from hop union select dst_id from hop
), edge as materialized (
  select distinct on (weight, confidence, id) * from (
    (select e.*
     from frontier s cross join lateral (
       select e.id, e.type, e.src_id, e.dst_id, e.weight, e.confidence, e.commit_id from memory_edges e
       where e.src_id = s.id and e.scope = (select scope from parameters)
         and e.weight >= 0.2::real and e.confidence >= 0.2::real
       order by e.weight desc, e.confidence desc limit 400) e
     order by e.weight desc, e.confidence desc limit 400)
    union all
    (select e.*
     from frontier s cross join lateral (
       select e.id, e.type, e.src_id, e.dst_id, e.weight, e.confidence, e.commit_id from memory_edges e
       where e.dst_id = s.id and e.scope = (select scope from parameters)
         and e.weight >= 0.2::real and e.confidence >= 0.2::real
       order by e.weight desc, e.confidence desc limit 400) e
     order by e.weight desc, e.confidence desc limit 400)) both_ways
  order by weight desc, confidence desc, id
  limit 400
), wanted as materialized (
  select id, min(distance) as distance from (
    select id, 1e9::double precision as strength, distance from seed
    union all
    select src_id, weight * confidence, null from edge
    union all
    select dst_id, weight * confidence, null from edge) met
  group by id
  order by sum(strength) desc, id
  limit 240
)
select true as is_node, n.id, n.type, n.title, n.text_summary, n.tier, n.memory_lane, n.embedding_status,
  n.salience, n.confidence, n.raw_ref, n.evidence_ref, n.commit_id,
  case when n.type = 'topic' then n.slots ->> 'topic_state' end as topic_state,
  case when n.type = 'topic' then n.slots ->> 'member_count' end as member_count,
  w.distance, null::uuid as src_id, null::uuid as dst_id
from wanted w join memory_nodes n on n.id = w.id
where n.scope = (select scope from parameters)
  and (n.memory_lane = 'shared'
    or n.owner_agent_id = (select agent from parameters)
    or n.owner_team_id = (select team from parameters))
union all
select false, id, type, null, null, null, null, null, weight, confidence, null, null, commit_id, null, null, null, src_id, dst_id
from edge
