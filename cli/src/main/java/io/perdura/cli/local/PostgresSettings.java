package io.perdura.cli.local;

/** Settings of the embedded PostgreSQL: one developer's machine, shared with everything else. */
final class PostgresSettings {
  static final String TEXT =
      """
      # Written by perdura on every start; put your own settings at the end of postgresql.conf.
      listen_addresses = '127.0.0.1'
      unix_socket_directories = ''
      max_connections = 100
      shared_buffers = 128MB
      effective_cache_size = 512MB
      work_mem = 16MB
      maintenance_work_mem = 128MB
      random_page_cost = 1.1
      jit = off
      # nobody replicates from here
      wal_level = minimal
      max_wal_senders = 0
      min_wal_size = 64MB
      max_wal_size = 512MB
      checkpoint_completion_target = 0.9
      # commits are durable, as everywhere else
      fsync = on
      synchronous_commit = on
      log_line_prefix = '%m [%p] %q%a '
      log_checkpoints = off
      log_lock_waits = on
      log_timezone = 'UTC'
      timezone = 'UTC'
      """;

  private PostgresSettings() {}
}
