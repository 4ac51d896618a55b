-- First of the effect's transaction: the nodes, so that their trigger meets no vector yet. 1 model, 2 node ids, 3 scope
update memory_nodes
set embedding_model = ?, embedding_status = 'ready', embedding_attempts = embedding_attempts + 1,
  embedding_last_error = null, embedding_last_attempt_at = now(), embedding_ready_at = now()
where id = any (?::uuid[]) and scope = ? and embedding_status <> 'ready'
