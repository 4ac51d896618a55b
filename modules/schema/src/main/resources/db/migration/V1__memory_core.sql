-- The memory core. Scope columns hold the internal scope key. Enumerations are text with a check: adding a value later is an
-- expand step that the release before tolerates.

create table memory_commits (
  id uuid primary key,
  scope text not null default 'default',
  parent_id uuid references memory_commits,
  input_sha256 text not null,
  diff_json jsonb not null default '{}',
  -- Hash of the canonical diff: the chain stays verifiable after an erasure has emptied diff_json.
  diff_sha256 text not null,
  -- Kind of a commit that a job or a maintenance call made; null for a write. Part of the hash when present.
  kind text,
  actor text not null default 'system',
  model_version text,
  prompt_version text,
  -- Digest of what diff_json leaves out (texts, slots, scores, weights): quirk Q9.
  content_sha256 text,
  erased_at timestamptz,
  -- Hash of the canonical diff_json as an erasure left it: what other nodes have in the diff stays verifiable.
  rest_sha256 text,
  created_at timestamptz not null default now(),
  commit_hash text not null unique
);
create index memory_commits_scope_time on memory_commits (scope, created_at desc);
create index memory_commits_parent on memory_commits (parent_id) include (id, scope);

create table memory_nodes (
  id uuid primary key,
  scope text not null default 'default',
  client_id text,
  type text not null check (type in ('event', 'entity', 'topic', 'rule', 'evidence', 'concept', 'procedure', 'self_model')),
  tier text not null default 'hot' check (tier in ('hot', 'warm', 'cold', 'archive')),
  memory_lane text not null default 'private' check (memory_lane in ('private', 'shared')),
  producer_agent_id text,
  owner_agent_id text,
  owner_team_id text,
  title text,
  text_summary text,
  slots jsonb not null default '{}',
  raw_ref text,
  evidence_ref text,
  embedding_status text not null default 'ready' check (embedding_status in ('ready', 'pending', 'failed')),
  embedding_model text,
  embedding_attempts int not null default 0,
  embedding_last_error text,
  embedding_last_attempt_at timestamptz,
  embedding_ready_at timestamptz,
  salience real not null default 0.5,
  importance real not null default 0.5,
  confidence real not null default 0.5,
  last_activated timestamptz,
  redaction_version int not null default 1,
  derivation_version int not null default 1,
  commit_id uuid not null references memory_commits,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Words of the node, with its scope as one more lexeme so that one index lookup stays inside the scope.
  lexemes tsvector not null generated always as (
    to_tsvector('english', coalesce(title, '') || ' ' || coalesce(text_summary, ''))
    || array_to_tsvector(array['scope:' || scope])
  ) stored,
  constraint private_rule_has_owner check (
    type <> 'rule' or memory_lane <> 'private' or owner_agent_id is not null or owner_team_id is not null
  )
);
-- No index on client_id: the id of a node that has one is derived from scope and client_id, so the primary key both finds
-- it and keeps it unique, and a client_id may be longer than an index entry.
create unique index memory_nodes_scope_id on memory_nodes (scope, id);
create index memory_nodes_time on memory_nodes (scope, created_at desc, id desc);
create index memory_nodes_commit on memory_nodes (commit_id);
create index memory_nodes_unready on memory_nodes (scope, id) where embedding_status <> 'ready';
create index memory_nodes_lexemes on memory_nodes using gin (lexemes);
create index memory_nodes_slots on memory_nodes using gin (slots jsonb_path_ops);
-- What a query can name. Cut, because an index entry is.
create index memory_nodes_titles on memory_nodes (scope, left(lower(title), 120)) where type in ('entity', 'topic', 'concept') and title is not null;

create function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at := now();
  return new;
end $$;
create trigger memory_nodes_touch before update on memory_nodes for each row execute function touch_updated_at();

create table memory_edges (
  id uuid primary key,
  scope text not null default 'default',
  type text not null check (type in ('part_of', 'related_to', 'derived_from')),
  src_id uuid not null references memory_nodes on delete cascade,
  dst_id uuid not null references memory_nodes on delete cascade,
  weight real not null default 0.5,
  confidence real not null default 0.5,
  decay_rate real not null default 0.01,
  last_activated timestamptz,
  created_at timestamptz not null default now(),
  commit_id uuid not null references memory_commits,
  constraint memory_edges_key unique (scope, type, src_id, dst_id),
  check (src_id <> dst_id)
);
create index memory_edges_src on memory_edges (src_id, weight desc, confidence desc);
create index memory_edges_dst on memory_edges (dst_id, weight desc, confidence desc);
create index memory_edges_time on memory_edges (scope, created_at desc, id);
create index memory_edges_commit on memory_edges (commit_id);

create table memory_rule_defs (
  id uuid primary key default gen_random_uuid(),
  scope text not null default 'default',
  rule_node_id uuid not null unique references memory_nodes on delete cascade,
  state text not null default 'draft' check (state in ('draft', 'shadow', 'active', 'disabled')),
  if_json jsonb not null default '{}',
  then_json jsonb not null default '{}',
  exceptions_json jsonb not null default '[]',
  positive_count int not null default 0,
  negative_count int not null default 0,
  last_evaluated_at timestamptz,
  rule_scope text not null default 'global' check (rule_scope in ('global', 'team', 'agent')),
  target_agent_id text,
  target_team_id text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  commit_id uuid references memory_commits
);
create index memory_rule_defs_state on memory_rule_defs (scope, state, updated_at desc);
create trigger memory_rule_defs_touch before update on memory_rule_defs for each row execute function touch_updated_at();

-- Vectors are derived: a generation is one model at one dimension, and a search uses exactly one generation.
create table embedding_generations (
  id int generated always as identity primary key,
  model text not null,
  dimension int not null check (dimension between 1 and 16000),
  created_at timestamptz not null default now(),
  unique (model, dimension)
);

-- Which generation serves a scope. No row: the generation that the servers are configured for.
create table embedding_scopes (
  scope text primary key,
  generation_id int not null references embedding_generations,
  updated_at timestamptz not null default now()
);

-- ${vector_type} is pgvector's vector where the database has the extension, else real[].
create table memory_vectors (
  generation_id int not null references embedding_generations,
  node_id uuid not null references memory_nodes on delete cascade,
  scope text not null,
  embedding ${vector_type} not null,
  -- Copies of the node's columns that a search filters by, kept by a trigger on memory_nodes.
  eligible boolean not null,
  type text not null,
  memory_lane text not null,
  owner_agent_id text,
  owner_team_id text,
  -- Transaction that last changed the row: an index outside the database catches up from here.
  changed_xid xid8 not null default pg_current_xact_id(),
  primary key (generation_id, node_id)
);
-- What one viewer may see of a scope: the shared lane, own rows, the team's rows.
create index memory_vectors_scope on memory_vectors (generation_id, scope, memory_lane, owner_agent_id) include (eligible);
create index memory_vectors_team on memory_vectors (generation_id, scope, owner_team_id) where memory_lane = 'private' and owner_team_id is not null;
create index memory_vectors_node on memory_vectors (node_id);
create index memory_vectors_topics on memory_vectors (generation_id, scope) where type = 'topic';
create index memory_vectors_changed on memory_vectors (changed_xid);

-- Vectors that were removed, for the same catching up. Rows older than a day may be purged once every index has passed them.
create table memory_vector_tombstones (
  id bigint generated always as identity primary key,
  generation_id int not null,
  node_id uuid not null,
  scope text not null,
  deleted_at timestamptz not null default now(),
  changed_xid xid8 not null default pg_current_xact_id()
);
create index memory_vector_tombstones_changed on memory_vector_tombstones (changed_xid);

create function copy_node_to_vectors() returns trigger language plpgsql as $$
begin
  update memory_vectors
    set eligible = new.tier in ('hot', 'warm') and new.embedding_status = 'ready',
        memory_lane = new.memory_lane, owner_agent_id = new.owner_agent_id, owner_team_id = new.owner_team_id,
        changed_xid = pg_current_xact_id()
    where node_id = new.id
      and (eligible, memory_lane, owner_agent_id, owner_team_id) is distinct from (
        new.tier in ('hot', 'warm') and new.embedding_status = 'ready', new.memory_lane, new.owner_agent_id, new.owner_team_id);
  return null;
end $$;
create trigger memory_nodes_to_vectors
  after update of tier, embedding_status, memory_lane, owner_agent_id, owner_team_id on memory_nodes
  for each row
  when (old.tier is distinct from new.tier or old.embedding_status is distinct from new.embedding_status
        or old.memory_lane is distinct from new.memory_lane or old.owner_agent_id is distinct from new.owner_agent_id
        or old.owner_team_id is distinct from new.owner_team_id)
  execute function copy_node_to_vectors();

create function bury_vector() returns trigger language plpgsql as $$
begin
  insert into memory_vector_tombstones (generation_id, node_id, scope) values (old.generation_id, old.node_id, old.scope);
  return null;
end $$;
create trigger memory_vectors_bury after delete on memory_vectors for each row execute function bury_vector();

-- Events that commits owe. Claimed under a lease; every later change of a claimed row compares the fence.
create table memory_outbox (
  id bigint generated always as identity primary key,
  scope text not null default 'default',
  commit_id uuid not null references memory_commits on delete cascade,
  event_type text not null,
  -- Vectors before topics before the rest: what waits for an embedding cannot be found by it.
  priority smallint not null generated always as (
    case event_type when 'embed_nodes' then 0 when 'topic_cluster' then 1 else 2 end) stored,
  payload jsonb not null default '{}',
  job_key text,
  payload_sha256 text,
  attempts int not null default 0,
  created_at timestamptz not null default now(),
  -- Nobody takes the event before this instant: the end of its pause, or of its lease while it is claimed.
  available_at timestamptz not null default now(),
  claimed_at timestamptz,
  claimed_by text,
  lease_until timestamptz,
  fence bigint not null default 0,
  published_at timestamptz,
  failed_at timestamptz,
  failed_reason text,
  failure_class text,
  last_error text,
  replayed_at timestamptz,
  replay_reason text,
  constraint memory_outbox_key unique (scope, event_type, job_key)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
-- A claim walks the scopes of a priority and takes the oldest due events of each: see ClaimSql.
create index memory_outbox_due on memory_outbox (priority, scope, available_at, id) where published_at is null and failed_at is null;
create index memory_outbox_claimed on memory_outbox (claimed_by) where claimed_by is not null;
create index memory_outbox_dead on memory_outbox (scope, id) where failed_at is not null;
create index memory_outbox_commit on memory_outbox (commit_id) include (scope, id, event_type);

create table memory_recall_audit (
  id bigint generated always as identity primary key,
  scope text not null,
  endpoint text not null,
  consumer_agent_id text,
  consumer_team_id text,
  query_sha256 text not null,
  seed_count int not null default 0,
  node_count int not null default 0,
  edge_count int not null default 0,
  created_at timestamptz not null default now()
);
create index memory_recall_audit_scope on memory_recall_audit (scope, created_at desc);

create table memory_request_telemetry (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  scope text not null,
  endpoint text not null,
  status_code int not null,
  latency_ms double precision not null check (latency_ms >= 0),
  request_id text,
  api_key_prefix text,
  created_at timestamptz not null default now()
);
create index memory_request_telemetry_tenant on memory_request_telemetry (tenant_id, created_at desc);

create table idempotency_keys (
  tenant text not null,
  principal text not null,
  route text not null,
  key text not null,
  body_sha256 text not null,
  response json,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant, principal, route, key)
);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- What was erased, kept for ever and replayed after any restore. Carries identifiers and hashes, never content.
create table erasure_ledger (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  scope text,
  kind text not null check (kind in ('node', 'session', 'scope', 'tenant')),
  target text not null,
  actor text not null,
  reason text,
  removed jsonb not null default '{}',
  -- Rows created later are not the erasure's business, whenever it is replayed. Set anew when the fence stands.
  requested_at timestamptz not null default now(),
  -- Null while an erasure is under way: it is continued until nothing is left.
  completed_at timestamptz,
  -- Scope key whose writers have to wait just now, and since when. A fence that nobody renews falls by itself.
  fence text,
  fenced_at timestamptz,
  -- Where an interrupted run goes on: after this commit, or after this scope of a tenant.
  progress text
);
create index erasure_ledger_tenant on erasure_ledger (tenant_id, id);
create index erasure_ledger_fence on erasure_ledger (fence) where fence is not null;

-- One row a running server. A row whose heartbeat is older than three intervals belongs to a dead server.
create table cluster_members (
  id text primary key,
  role text not null,
  version text not null,
  host text not null,
  http_port int,
  schema_version text not null,
  state text not null default 'up',
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now()
);
