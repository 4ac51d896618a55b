-- Until when a node's salience has been decayed: the job multiplies by factor^(days since). Nodes that exist now start today, those to
-- come when they are created. now() is evaluated once here, so that no row is rewritten.
alter table memory_nodes add column decayed_at timestamptz not null default now();
