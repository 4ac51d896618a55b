-- The control plane: tenants, projects, managed API keys, quotas, alert routes, incident publishing, audit of the administration.
-- Rows are read and written through JPA; "version" is its optimistic lock.

create table control_tenants (
  tenant_id text primary key,
  display_name text,
  status text not null default 'active' check (status in ('active', 'suspended')),
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create trigger control_tenants_touch before update on control_tenants for each row execute function touch_updated_at();

create table control_projects (
  project_id text primary key,
  tenant_id text not null references control_tenants on delete cascade,
  display_name text,
  status text not null default 'active' check (status in ('active', 'archived')),
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index control_projects_tenant on control_projects (tenant_id);
create trigger control_projects_touch before update on control_projects for each row execute function touch_updated_at();

create table control_api_keys (
  id text primary key default gen_random_uuid()::text,
  tenant_id text not null references control_tenants on delete cascade,
  project_id text references control_projects on delete set null,
  label text,
  role text,
  agent_id text,
  team_id text,
  key_hash text not null unique,
  key_prefix text not null unique,
  status text not null default 'active' check (status in ('active', 'revoked')),
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  -- From here on the key opens nothing: its own end, or the end of the overlap after a rotation.
  expires_at timestamptz,
  last_used_at timestamptz
);
create index control_api_keys_tenant on control_api_keys (tenant_id, created_at desc);
create index control_api_keys_active on control_api_keys (created_at) where status = 'active';

-- Names the present state of all rights of keys. Servers trust what they remember of keys only while this has not changed.
-- Random, so that it never comes back, not after a restore either.
create table control_key_epoch (
  one boolean primary key default true check (one),
  epoch uuid not null default gen_random_uuid()
);
insert into control_key_epoch default values;

create function next_key_epoch() returns trigger language plpgsql as $$
begin
  update control_key_epoch set epoch = gen_random_uuid();
  return null;
end $$;
create trigger control_api_keys_epoch after update of status, expires_at, tenant_id, agent_id, team_id, role or delete
  on control_api_keys for each statement execute function next_key_epoch();
create trigger control_tenants_epoch after update of status or delete
  on control_tenants for each statement execute function next_key_epoch();

create table control_tenant_quotas (
  tenant_id text primary key references control_tenants on delete cascade,
  recall_rps double precision not null check (recall_rps > 0),
  recall_burst int not null check (recall_burst > 0),
  write_rps double precision not null check (write_rps > 0),
  write_burst int not null check (write_burst > 0),
  write_max_wait_ms int not null check (write_max_wait_ms >= 0),
  debug_embed_rps double precision not null check (debug_embed_rps > 0),
  debug_embed_burst int not null check (debug_embed_burst > 0),
  recall_text_embed_rps double precision not null check (recall_text_embed_rps > 0),
  recall_text_embed_burst int not null check (recall_text_embed_burst > 0),
  recall_text_embed_max_wait_ms int not null check (recall_text_embed_max_wait_ms >= 0),
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create trigger control_tenant_quotas_touch before update on control_tenant_quotas
  for each row execute function touch_updated_at();

-- Names the present state of all quotas: servers read the quotas again when it has changed.
create table control_quota_epoch (
  one boolean primary key default true check (one),
  epoch uuid not null default gen_random_uuid()
);
insert into control_quota_epoch default values;

create function next_quota_epoch() returns trigger language plpgsql as $$
begin
  update control_quota_epoch set epoch = gen_random_uuid();
  return null;
end $$;
create trigger control_tenant_quotas_epoch after insert or update or delete
  on control_tenant_quotas for each statement execute function next_quota_epoch();

create table control_alert_routes (
  id text primary key default gen_random_uuid()::text,
  tenant_id text not null references control_tenants on delete cascade,
  channel text not null check (channel in ('webhook', 'slack_webhook', 'pagerduty_events')),
  label text,
  events jsonb not null default '["*"]',
  status text not null default 'active' check (status in ('active', 'disabled')),
  target text not null,
  -- Sealed; never plain text.
  secret_sealed bytea,
  headers_sealed bytea,
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index control_alert_routes_status on control_alert_routes (tenant_id, status);
create index control_alert_routes_channel on control_alert_routes (tenant_id, channel);
create index control_alert_routes_events on control_alert_routes using gin (events);
create trigger control_alert_routes_touch before update on control_alert_routes
  for each row execute function touch_updated_at();

create table control_alert_deliveries (
  id bigint generated always as identity primary key,
  delivery_id text not null unique default gen_random_uuid()::text,
  route_id text not null references control_alert_routes on delete cascade,
  tenant_id text not null,
  event_type text not null,
  status text not null check (status in ('sent', 'failed', 'skipped')),
  request_id text,
  response_code int,
  response_body text,
  error text,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index control_alert_deliveries_tenant on control_alert_deliveries (tenant_id, created_at desc);
create index control_alert_deliveries_dedupe
  on control_alert_deliveries (route_id, (metadata ->> 'dedupe_key'), created_at desc);

create table control_incident_publish_jobs (
  id text primary key default gen_random_uuid()::text,
  tenant_id text not null references control_tenants on delete cascade,
  run_id text not null,
  source_dir text not null,
  target text not null,
  status text not null default 'pending' check (status in ('pending', 'processing', 'succeeded', 'failed', 'dead_letter')),
  attempts int not null default 0 check (attempts >= 0),
  max_attempts int not null default 5 check (max_attempts between 1 and 100),
  next_attempt_at timestamptz not null default now(),
  locked_at timestamptz,
  locked_by text,
  published_uri text,
  last_error text,
  last_response jsonb not null default '{}',
  metadata jsonb not null default '{}',
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index control_incident_publish_jobs_tenant on control_incident_publish_jobs (tenant_id, created_at desc);
create index control_incident_publish_jobs_due on control_incident_publish_jobs (next_attempt_at)
  where status in ('pending', 'failed');
create trigger control_incident_publish_jobs_touch before update on control_incident_publish_jobs
  for each row execute function touch_updated_at();

-- A mutation of the control plane and its event commit together.
create table control_audit_events (
  id bigint generated always as identity primary key,
  event_id text not null unique default gen_random_uuid()::text,
  actor text not null,
  action text not null,
  resource_type text not null,
  resource_id text not null,
  tenant_id text,
  request_id text,
  details jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index control_audit_events_time on control_audit_events (created_at desc, id desc);
create index control_audit_events_tenant on control_audit_events (tenant_id, created_at desc);
create index control_audit_events_action on control_audit_events (action, created_at desc);
