-- The exact answer that candidates are judged by: the same filter, every vector of the scope compared.
-- 1 scope key, 2 consumer agent, 3 consumer team, 4 query vector (float4[]), 5 how many
select node_id
from memory_vectors
where generation_id = {generation} and eligible and scope = ?
  and (memory_lane = 'shared' or owner_agent_id = ? or owner_team_id = ?)
order by ((embedding::vector({dimension})) <=> ?::real[]::vector({dimension})) + 0, node_id
limit ?
