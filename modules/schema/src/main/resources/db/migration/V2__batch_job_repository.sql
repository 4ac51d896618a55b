-- The tables of Jakarta Batch's job repository, as Open Liberty 26.0.0.3 expects them (its default prefix, WLP).
-- They are made here, not by the server, so that a server needs no right to create tables and never changes a schema.

create table wlpjobinstance (
  jobinstanceid serial primary key,
  amcname varchar(512),
  batchstatus integer not null,
  createtime timestamp not null,
  exitstatus varchar(512),
  instancestate integer not null,
  jobname varchar(256),
  jobxmlname varchar(128),
  jobxml bytea,
  numexecs integer not null,
  restarton varchar(128),
  submitter varchar(256),
  updatetime timestamp
);

create table wlpjobexecution (
  jobexecid serial primary key,
  batchstatus integer not null,
  createtime timestamp not null,
  endtime timestamp,
  execnum integer not null,
  exitstatus varchar(512),
  jobparameters bytea,
  updatetime timestamp,
  logpath varchar(512),
  resturl varchar(512),
  serverid varchar(256),
  starttime timestamp,
  fk_jobinstanceid bigint not null references wlpjobinstance (jobinstanceid)
);
create index wlpje_fkinstanceid_ix on wlpjobexecution (fk_jobinstanceid);

create table wlpstepthreadexecution (
  stepexecid serial primary key,
  threadtype varchar(31),
  batchstatus integer not null,
  m_commit bigint not null,
  endtime timestamp,
  exitstatus varchar(512),
  m_filter bigint not null,
  internalstatus integer not null,
  partnum integer not null,
  userdata bytea,
  m_processskip bigint not null,
  m_read bigint not null,
  m_readskip bigint not null,
  m_rollback bigint not null,
  starttime timestamp,
  stepname varchar(128) not null,
  m_write bigint not null,
  m_writeskip bigint not null,
  fk_jobexecid bigint not null references wlpjobexecution (jobexecid),
  fk_toplvl_stepexecid bigint references wlpstepthreadexecution (stepexecid),
  ispartitionedstep boolean,
  unique (fk_jobexecid, stepname, partnum)
);
create index wlpste_fktlstepeid_ix on wlpstepthreadexecution (fk_toplvl_stepexecid);

create table wlpstepthreadinstance (
  partnum integer not null,
  stepname varchar(128) not null,
  threadtype varchar(31),
  checkpointdata bytea,
  fk_jobinstanceid bigint not null references wlpjobinstance (jobinstanceid),
  fk_latest_stepexecid bigint not null references wlpstepthreadexecution (stepexecid),
  partitioned boolean,
  partitionplansize integer,
  startcount integer,
  primary key (partnum, stepname, fk_jobinstanceid)
);
create index wlpsti_fkinstanceid_ix on wlpstepthreadinstance (fk_jobinstanceid);
create index wlpsti_fklatest_sei_ix on wlpstepthreadinstance (fk_latest_stepexecid);

create table wlpremotablepartition (
  partnum integer not null,
  stepname varchar(255) not null,
  internalstate integer,
  lastupdated timestamp,
  logpath varchar(512),
  resturl varchar(512),
  serverid varchar(256),
  fk_jobexecutionid bigint not null references wlpjobexecution (jobexecid),
  fk_stepexecutionid bigint references wlpstepthreadexecution (stepexecid),
  primary key (partnum, stepname, fk_jobexecutionid)
);

create table wlpgroupassociation (
  fk_jobinstanceid bigint references wlpjobinstance (jobinstanceid),
  groupnames varchar(255)
);
create index wlpga_fkinstanceid_ix on wlpgroupassociation (fk_jobinstanceid);

create table wlpjobparameter (
  name varchar(255),
  value varchar(255),
  fk_jobexecid bigint references wlpjobexecution (jobexecid)
);
create index wlpjp_fkjobexecid_ix on wlpjobparameter (fk_jobexecid);
