-- What was embedding-model-backfill moves vectors to another generation, and is named so now; the contract's job has its name.
update job_runs set job = 'embedding-generation-backfill' where job = 'embedding-model-backfill';
update job_schedules set job = 'embedding-generation-backfill' where job = 'embedding-model-backfill';

-- Two more duties, switched on as those of V7 are.
insert into job_schedules (name, job, parameters, cron, missed_fire, enabled, created_by) values
  ('fleet-incident-publish-slo', 'incident-publish-slo', '{"strict": "true", "alert": "true"}', '5 * * * *', 'skip', false, 'perdura'),
  ('fleet-probe-cleanup', 'probe-cleanup', '{}', '0 4 * * *', 'once', false, 'perdura');
