-- Takes a batch under a lease. 1 lease in ms, 2 lease in ms, 3 scope, 4 batch size
update memory_outbox o
set fence = o.fence + 1, attempts = o.attempts + 1, claimed_at = now(), claimed_by = 'floor',
  lease_until = now() + ? * interval '1 millisecond', available_at = now() + ? * interval '1 millisecond'
from (
  select id from memory_outbox
  where published_at is null and failed_at is null and priority = 0 and scope = ? and available_at <= now()
  order by available_at, id
  limit ?
  for update skip locked) due
where o.id = due.id
returning o.id, o.fence, o.payload #>> '{nodes,0,id}', o.payload #>> '{nodes,0,text}'
