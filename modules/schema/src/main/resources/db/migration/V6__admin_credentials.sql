-- Administrators with a credential of their own beside the single token, and leases for incident publishing.

create table control_admin_credentials (
  id text primary key default gen_random_uuid()::text,
  label text,
  role text not null check (role in ('reader', 'tenant_admin', 'operator', 'owner')),
  -- The only tenants that it may touch; null = all. No foreign key: a tenant need not be known to the control plane.
  tenants jsonb check (jsonb_array_length(tenants) > 0 or status = 'revoked'),
  secret_hash text not null unique,
  secret_prefix text not null,
  status text not null default 'active' check (status in ('active', 'revoked')),
  metadata jsonb not null default '{}',
  created_by text not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  check (role <> 'tenant_admin' or tenants is not null)
);
create index control_admin_credentials_time on control_admin_credentials (created_at desc, id);
create index control_admin_credentials_tenants on control_admin_credentials using gin (tenants);

-- A worker that takes a job holds a lease on it and gets a number that no other taker has: with an old one nothing is settled.
alter table control_incident_publish_jobs
  add column lease_until timestamptz,
  add column fence bigint not null default 0;
drop index control_incident_publish_jobs_due;
create index control_incident_publish_jobs_due
  on control_incident_publish_jobs ((case when status = 'processing' then lease_until else next_attempt_at end), created_at)
  where status in ('pending', 'failed', 'processing');
-- The same bundle to the same place is one job: to publish it again is to replay it.
create unique index control_incident_publish_jobs_once on control_incident_publish_jobs (tenant_id, run_id, target);

-- Lists and reports: pages in the order of creation, jobs by their last change.
create index control_alert_routes_time on control_alert_routes (created_at desc, id);
create index control_alert_deliveries_time on control_alert_deliveries (created_at desc, id desc);
create index control_incident_publish_jobs_time on control_incident_publish_jobs (created_at desc, id);
create index control_incident_publish_jobs_changed on control_incident_publish_jobs (tenant_id, updated_at desc);
create index control_api_keys_time on control_api_keys (created_at desc, id);
