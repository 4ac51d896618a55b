package io.perdura.it;

import java.util.List;

/**
 * A job that takes long and changes data, with memory for it to work on.
 *
 * @param name the job's
 * @param parameters JSON; {@code SCOPE} stands for the scope in it and in all statements
 * @param seed statements that make the same memory in any scope, but for the ids
 * @param state a query for what must be the same in the end, row by row as text
 * @param least items that are done before the kill
 */
record LongJob(String name, String parameters, String seed, String state, int least) {
  /** Dimension of the vectors in the seeds. */
  static final int DIMENSION = 16;

  private static final String COMMIT =
      "insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values (md5('SCOPE')::uuid, 'SCOPE', '', '', 'seed SCOPE');";

  /** Type, client id, lane, slots, salience, embedding, age, and how many. */
  private static final String NODES =
      """
      insert into memory_nodes (id, scope, client_id, type, memory_lane, title, text_summary, slots, salience, embedding_status,
          embedding_model, producer_agent_id, commit_id, created_at, decayed_at)
        select md5('SCOPE:' || %2$s)::uuid, 'SCOPE', %2$s, '%1$s', '%3$s', 'title ' || %2$s, 'text ' || %2$s, %4$s, %5$s, %6$s,
          'agent-' || i %% 3, md5('SCOPE')::uuid, now() - %7$s - i * interval '1 second', now() - interval '10 days'
        from generate_series(1, %8$d) i;
      """;

  private static final String READY = "'ready', 'fake:deterministic'";
  private static final String PENDING = "'pending', null";

  private static final String NODE_STATE =
      "select coalesce(n.client_id, n.title) || ' ' || %s from memory_nodes n where n.scope = 'SCOPE' %s order by 1";

  private static final String EDGE_STATE =
      """
      select coalesce(s.client_id, s.title) || ' ' || e.type || ' ' || coalesce(d.client_id, d.title) || ' ' || round(e.weight::numeric, 3)
        from memory_edges e join memory_nodes s on s.id = e.src_id join memory_nodes d on d.id = e.dst_id
        where e.scope = 'SCOPE' order by 1
      """;

  private static String nodes(
      String type, String client, String lane, String slots, String ready, int count) {
    return NODES.formatted(
        type, client, lane, slots, "0.2 + i * 0.0001", ready, "interval '1 hour'", count);
  }

  /** The number in a node's client id says which way its vector points. */
  private static String vectors(int groups, String types) {
    return """
    insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane)
      select (select max(id) from embedding_generations), n.id, n.scope,
        (select array_agg(case when d = substring(n.client_id from '[0-9]+')::int %% %d then 1 else 0 end::real order by d)
           from generate_series(0, %d) d), true, n.type, n.memory_lane
      from memory_nodes n where n.scope = 'SCOPE' and n.type in (%s);
    """
        .formatted(groups, DIMENSION - 1, types);
  }

  private static String edges(String type, String src, String dst, int count) {
    return """
    insert into memory_edges (id, scope, type, src_id, dst_id, weight, commit_id)
      select md5('SCOPE:' || %2$s || '>' || %3$s)::uuid, 'SCOPE', '%1$s', md5('SCOPE:' || %2$s)::uuid, md5('SCOPE:' || %3$s)::uuid,
        0.3 + i * 0.001, md5('SCOPE')::uuid
      from generate_series(1, %4$d) i;
    """
        .formatted(type, src, dst, count);
  }

  private static LongJob inScope(String name, String more, String seed, String state, int least) {
    return new LongJob(name, "{\"scope\":\"SCOPE\"" + more + "}", COMMIT + seed, state, least);
  }

  /** All that do their work in pages: each page once, whoever dies when. */
  static List<LongJob> inPages() {
    return List.of(
        inScope(
            "salience-decay",
            "",
            NODES.formatted(
                "event",
                "'n' || i",
                "shared",
                "'{}'",
                "0.2 + i * 0.0001",
                READY,
                "interval '60 days'",
                4_100),
            NODE_STATE.formatted(
                "n.tier || ' ' || (n.decayed_at > now() - interval '1 hour') || ' ' || (n.salience < 0.99 * (0.2 + substr(n.client_id, 2)::int * 0.0001))",
                ""),
            1),
        inScope(
            "topic-cluster",
            "",
            nodes("event", "'n' || i", "shared", "'{}'", READY, 60) + vectors(6, "'event'"),
            EDGE_STATE,
            1),
        inScope(
            "compression-rollup",
            "",
            nodes(
                    "topic",
                    "'t' || i",
                    "shared",
                    "'{\"topic_state\":\"active\",\"member_count\":4}'",
                    READY,
                    50)
                + nodes("event", "'e' || i", "shared", "'{}'", READY, 200)
                + edges("part_of", "'e' || i", "'t' || (i - 1) / 4 + 1", 200)
                + vectors(DIMENSION, "'topic'"),
            "select regexp_replace(n.text_summary, '[0-9a-f-]{36}', 'ID', 'g') from memory_nodes n"
                + " where n.scope = 'SCOPE' and n.slots->>'summary_kind' = 'compression_rollup' order by 1",
            1),
        inScope(
            "consolidation-redirect-edges",
            ",\"apply\":\"true\",\"max-edges-per-alias\":\"50\"",
            nodes("entity", "'c' || i", "shared", "'{}'", READY, 4)
                + nodes(
                    "entity",
                    "'a' || i",
                    "shared",
                    "jsonb_build_object('alias_of', md5('SCOPE:c' || i)::uuid)",
                    READY,
                    4)
                + nodes("event", "'e' || i", "shared", "'{}'", READY, 300)
                + edges("related_to", "'e' || i", "'a' || i % 4 + 1", 300),
            EDGE_STATE,
            1),
        inScope(
            "consolidation-apply",
            ",\"apply\":\"true\"",
            nodes("entity", "'c' || i", "shared", "'{}'", READY, 12)
                + nodes("entity", "'d' || i", "shared", "'{}'", READY, 12)
                    .replace("'title ' || 'd'", "'title ' || 'c'")
                    .replace("'text ' || 'd'", "'text ' || 'c'")
                    .replace("0.2 +", "0.1 +")
                + vectors(DIMENSION, "'entity'"),
            NODE_STATE.formatted(
                "coalesce((select c.client_id from memory_nodes c where c.id::text = n.slots->>'alias_of'), '-')",
                ""),
            0),
        inScope(
            "private-lane-owner-backfill",
            "",
            nodes("event", "'n' || i", "private", "'{}'", READY, 1_300),
            NODE_STATE.formatted("n.owner_agent_id", ""),
            1),
        inScope(
            "private-rule-owner-backfill",
            "",
            "alter table memory_nodes drop constraint private_rule_has_owner;"
                + nodes("rule", "'n' || i", "private", "'{}'", READY, 1_300)
                + "alter table memory_nodes add constraint private_rule_has_owner check (type <> 'rule' or memory_lane <> 'private'"
                + " or owner_agent_id is not null or owner_team_id is not null) not valid;",
            NODE_STATE.formatted("n.owner_agent_id", ""),
            1),
        inScope(
            "embedding-untracked-repair",
            "",
            nodes("event", "'n' || i", "shared", "'{}'", PENDING, 600),
            NODE_STATE.formatted(
                "n.embedding_status || ' ' || (select count(*) from memory_vectors v where v.node_id = n.id) || ' ' || (select count(*)"
                    + " from memory_outbox o, jsonb_array_elements(o.payload->'nodes') x where o.scope = n.scope and x->>'id' = n.id::text)",
                ""),
            1),
        new LongJob(
            "telemetry-retention",
            "{\"tenant-id\":\"SCOPE\",\"older-than-hours\":\"50\",\"batch-limit\":\"1000\"}",
            "insert into memory_request_telemetry (tenant_id, scope, endpoint, status_code, latency_ms, created_at) select 'SCOPE', 'x',"
                + " 'write', 200, i, now() - case when i > 1200 then interval '100 hours' else interval '30 hours' end - i * interval '1 second' from generate_series(1, 3600) i",
            "select latency_ms from memory_request_telemetry where tenant_id = 'SCOPE' order by id",
            1));
  }

  String in(String scope, String text) {
    return text.replace("SCOPE", scope);
  }

  /** The scope in which nothing disturbs the job. */
  String whole() {
    return "whole-" + name;
  }

  /** The scope of the run whose server is killed. */
  String killed() {
    return "killed-" + name;
  }

  @Override
  public String toString() {
    return name;
  }
}
