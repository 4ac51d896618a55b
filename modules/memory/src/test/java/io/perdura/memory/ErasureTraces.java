package io.perdura.memory;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Looks for words in every row of every table, and moves rows aside and back like a restore. */
final class ErasureTraces {
  private static final String TABLES =
      """
      select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'public' and c.relkind = 'r' and c.relname in (select t from unnest(array[
        'memory_commits', 'memory_nodes', 'memory_edges', 'memory_rule_defs', 'memory_outbox', 'memory_vectors',
        'memory_recall_audit', 'memory_request_telemetry', 'idempotency_keys', 'embedding_scopes',
        'memory_vector_tombstones', 'erasure_ledger', 'memory_rule_feedback', 'memory_execution_decisions',
        'memory_rule_sets']) t)
      order by 1
      """;

  private final MemoryKit kit;

  ErasureTraces(MemoryKit kit) {
    this.kit = kit;
  }

  private List<String> tables() {
    List<String> tables = new ArrayList<>();
    for (JsonNode row : kit.rows(TABLES)) {
      tables.add(row.get("name").textValue());
    }
    return tables;
  }

  /** Returns the tables that hold a word anywhere, in any case, derived columns included. */
  List<String> of(String word) {
    List<String> found = new ArrayList<>();
    String words = word.toLowerCase(java.util.Locale.ROOT).replace("'", "''");
    for (String table : tables()) {
      if (!kit.value(
              "select count(*) from "
                  + table
                  + " t where strpos(lower(t::text), '"
                  + words
                  + "') > 0")
          .equals("0")) {
        found.add(table);
      }
    }
    return found;
  }

  /** Returns one hash over all rows of all tables. */
  String digest() {
    StringBuilder query = new StringBuilder("select md5(");
    for (String table : tables()) {
      query
          .append("coalesce((select string_agg(t::text, ',' order by t::text) from ")
          .append(table)
          .append(" t), '') || ");
    }
    return kit.value(query.append("'')").toString());
  }

  void empty() {
    kit.execute("truncate " + String.join(", ", tables()) + " cascade");
  }

  /** Keeps a copy of all rows, the ledger's too if asked. */
  void backUp(boolean ledger) {
    for (String table : tables()) {
      kit.execute("drop table if exists backup_" + table);
      if (ledger || !table.equals("erasure_ledger")) {
        kit.execute("create table backup_" + table + " as select * from " + table);
      }
    }
  }

  /** Puts the copies in the place of what is there now. */
  void restore() {
    StringBuilder script = new StringBuilder("set session_replication_role = replica;");
    for (String table : tables()) {
      if (kit.value("select to_regclass('backup_" + table + "')::text") != null) {
        String columns =
            kit.value(
                "select string_agg(quote_ident(attname), ', ') from pg_attribute where attrelid = '"
                    + table
                    + "'::regclass and attnum > 0 and not attisdropped and attgenerated = ''");
        script
            .append("delete from ")
            .append(table)
            .append(';')
            .append("insert into ")
            .append(table)
            .append(" (")
            .append(columns)
            .append(") overriding system value select ")
            .append(columns)
            .append(" from backup_")
            .append(table)
            .append(';');
      }
    }
    kit.execute(script.append("set session_replication_role = origin").toString());
  }
}
