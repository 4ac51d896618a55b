-- Runs of jobs, their schedules, and the lease of the one server that fires them.

create table job_runs (
  id uuid primary key default gen_random_uuid(),
  job text not null,
  -- What must not run beside it: see RunLane.
  lane text not null,
  state text not null default 'queued' check (state in ('queued', 'running', 'stopping', 'succeeded', 'failed', 'stopped')),
  verdict text check (verdict in ('PASSED', 'FAILED_GATE', 'SKIPPED')),
  parameters jsonb not null default '{}',
  requested_by text not null,
  reason text,
  -- No foreign key: the history outlives the schedule.
  schedule_id uuid,
  occurrence_at timestamptz,
  -- The only server that may take it; null = any.
  target_node text,
  node text,
  -- Goes up with each taker. Whoever holds an older one changes nothing any more.
  fence bigint not null default 0,
  attempts int not null default 0,
  -- Attempts since the last page; a run whose servers die before the first page is given up.
  barren_attempts int not null default 0,
  -- The job instance and execution of the batch runtime, once there is one.
  instance_id bigint,
  execution_id bigint,
  -- What the next page reads. Written in the page's own transaction.
  state_json jsonb,
  -- The last page is done.
  pages_done boolean not null default false,
  items bigint not null default 0,
  total_items bigint,
  skipped bigint not null default 0,
  stop_requested boolean not null default false,
  error text,
  result jsonb,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  -- Of this attempt, and the items that were done before it: what the rate is reckoned from.
  attempt_at timestamptz,
  attempt_items bigint not null default 0,
  progress_at timestamptz,
  ended_at timestamptz,
  unique (schedule_id, occurrence_at),
  check ((state in ('succeeded', 'failed', 'stopped')) = (ended_at is not null)),
  check (state <> 'succeeded' or verdict is not null)
);
create index job_runs_open on job_runs (created_at) where state in ('queued', 'running', 'stopping');
create index job_runs_time on job_runs (created_at desc, id desc);
create index job_runs_job on job_runs (job, created_at desc, id desc);
create index job_runs_instance on job_runs (instance_id) where instance_id is not null;

create table job_schedules (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  job text not null,
  parameters jsonb not null default '{}',
  cron text,
  interval_seconds int check (interval_seconds between 1 and 31622400),
  time_zone text not null default 'UTC',
  missed_fire text not null default 'once' check (missed_fire in ('skip', 'once', 'all')),
  enabled boolean not null default true,
  version bigint not null default 1,
  -- Null while it is switched off, and when it never comes again.
  next_fire_at timestamptz,
  last_fire_at timestamptz,
  created_by text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(cron, interval_seconds) = 1)
);
create index job_schedules_due on job_schedules (next_fire_at) where enabled;
create trigger job_schedules_touch before update on job_schedules for each row execute function touch_updated_at();

-- Exactly one row: who fires. The epoch goes up with each new holder and is looked at in the transaction that fires.
create table job_scheduler (
  one boolean primary key default true check (one),
  owner text,
  epoch bigint not null default 0,
  expires_at timestamptz not null default '-infinity'
);
insert into job_scheduler default values;

-- The fleet's duties. Each is switched on by the first server whose release has its job, unless somebody has touched it.
insert into job_schedules (name, job, parameters, cron, missed_fire, enabled, created_by) values
  ('fleet-health-gate', 'health-gate', '{"strict-warnings": "true", "consistency-check-set": "scope"}', '15 3 * * *', 'once', false, 'perdura'),
  ('fleet-cross-tenant-check', 'consistency-check', '{"check-set": "cross_tenant", "strict": "true"}', '30 3 * * *', 'once', false, 'perdura'),
  ('fleet-telemetry-retention', 'telemetry-retention', '{}', '45 3 * * *', 'once', false, 'perdura');
