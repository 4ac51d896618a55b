-- The policy loop: versions of rule sets, feedback, decisions.

-- Names the present state of a scope's rules that can be evaluated. A server that has compiled them compares it.
create table memory_rule_sets (
  scope text primary key,
  version uuid not null default gen_random_uuid(),
  updated_at timestamptz not null default now()
);

-- Statement triggers: a feedback on many rules gives one new version. Drafts count as nothing, so that writers of new rules do
-- not meet at the row.
create function new_rule_set_version() returns trigger language plpgsql as $$
begin
  insert into memory_rule_sets (scope)
    select distinct scope from changed where state in ('shadow', 'active') order by scope
    on conflict (scope) do update set version = excluded.version, updated_at = now();
  return null;
end $$;

create function new_rule_set_version_on_update() returns trigger language plpgsql as $$
begin
  insert into memory_rule_sets (scope)
    select distinct c.scope from changed c join previous b using (id)
      where c.state in ('shadow', 'active') or b.state in ('shadow', 'active') order by c.scope
    on conflict (scope) do update set version = excluded.version, updated_at = now();
  return null;
end $$;

create trigger memory_rule_defs_inserted after insert on memory_rule_defs referencing new table as changed
  for each statement execute function new_rule_set_version();
create trigger memory_rule_defs_updated after update on memory_rule_defs
  referencing old table as previous new table as changed
  for each statement execute function new_rule_set_version_on_update();
create trigger memory_rule_defs_deleted after delete on memory_rule_defs referencing old table as changed
  for each statement execute function new_rule_set_version();

-- updated_at tells when a rule's state changed; feedback does not count.
drop trigger memory_rule_defs_touch on memory_rule_defs;
create trigger memory_rule_defs_touch before update of state, commit_id on memory_rule_defs
  for each row execute function touch_updated_at();

-- Which tool was chosen, among which, under which policy.
create table memory_execution_decisions (
  id uuid primary key,
  scope text not null,
  decision_kind text not null default 'tools_select' check (decision_kind in ('tools_select')),
  run_id text,
  selected_tool text,
  candidates_json jsonb not null default '[]',
  context_sha256 text not null,
  policy_sha256 text not null,
  source_rule_ids uuid[] not null default '{}',
  metadata_json jsonb not null default '{}',
  created_at timestamptz not null default now(),
  -- Set where the decision was made up from a feedback.
  commit_id uuid references memory_commits
);
create index memory_execution_decisions_scope on memory_execution_decisions (scope, created_at desc);
create index memory_execution_decisions_context on memory_execution_decisions (scope, context_sha256, created_at desc);
-- Cut, because an index entry is.
create index memory_execution_decisions_run on memory_execution_decisions (scope, left(run_id, 64), created_at desc) where run_id is not null;
create index memory_execution_decisions_time on memory_execution_decisions using brin (created_at);

create table memory_rule_feedback (
  id uuid primary key,
  scope text not null,
  rule_node_id uuid not null references memory_nodes on delete cascade,
  run_id text,
  outcome text not null check (outcome in ('positive', 'negative', 'neutral')),
  note text,
  source text not null check (source in ('rule_feedback', 'tools_feedback')),
  decision_id uuid references memory_execution_decisions on delete set null,
  created_at timestamptz not null default now(),
  commit_id uuid references memory_commits
);
create index memory_rule_feedback_rule on memory_rule_feedback (rule_node_id, created_at desc);
create index memory_rule_feedback_scope on memory_rule_feedback (scope, created_at desc);
create index memory_rule_feedback_decision on memory_rule_feedback (decision_id) where decision_id is not null;
create index memory_rule_feedback_time on memory_rule_feedback using brin (created_at);
