-- The audit trail: one row a call, hash-chained per tenant (ADR 18). A row arrives in audit_inbox, in the transaction of the
-- write it tells of or shipped from a server's spool, and is moved to audit_chain by the one server that holds audit_sequencer.

create table audit_inbox (
  -- The order of arrival. A row is linked once it can be seen and while it is here, so one that commits late is never passed over.
  arrival bigint generated always as identity primary key,
  chain text not null,
  recorded_at timestamptz not null default now(),
  -- What is hashed, byte for byte.
  entry text not null,
  -- Who called, with a salt; the entry holds its digest. An erasure takes it away and the chain still verifies.
  personal text
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);

create table audit_chain (
  chain text not null,
  seq bigint not null,
  recorded_at timestamptz not null,
  entry text not null,
  personal text,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (chain, seq)
);

-- Both ends of each chain: where it continues, and the row before its oldest one (retention takes rows from the front).
create table audit_chains (
  chain text primary key,
  head_seq bigint not null,
  head_hash bytea not null,
  anchor_seq bigint not null default 0,
  anchor_hash bytea not null default decode(repeat('00', 32), 'hex'),
  -- recorded_at of the oldest row that is kept, or earlier.
  oldest_at timestamptz not null,
  -- Rows before that moment have been pruned.
  pruned_before timestamptz not null default '-infinity',
  -- Erasures of the tenant up to that moment have taken what is personal from this chain.
  stripped_at timestamptz not null default '-infinity'
) with (fillfactor = 50);

-- Who links. Each change of holder raises the fence, and every statement that links checks it.
create table audit_sequencer (
  one boolean primary key default true check (one),
  holder text,
  fence bigint not null default 0,
  renewed_at timestamptz not null default '-infinity'
) with (fillfactor = 50);
insert into audit_sequencer default values;

-- Spools of reads, one for each start of a server: rows 1 to "shipped" have arrived.
create table audit_spools (
  stream text primary key,
  node text not null,
  shipped bigint not null default 0,
  damaged bigint not null default 0,
  opened_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- Everything that was in it has arrived.
  closed_at timestamptz
) with (fillfactor = 50);
