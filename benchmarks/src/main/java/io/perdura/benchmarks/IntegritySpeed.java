package io.perdura.benchmarks;

import io.perdura.integrity.ConsistencyCheck;
import io.perdura.integrity.ConsistencyReport;
import io.perdura.jobs.JobParameters;
import io.perdura.jobs.JobProgress;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.schema.Migrator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How long the consistency check of one large scope takes, set scope and mode full, against the
 * bare queries of the same checks run one after another in a session with the same settings. Both
 * are run in turn. It needs a database and no server; the vector index plays no part and is not
 * made.
 */
final class IntegritySpeed {
  /** What {@code benchmarks/run --parts integrity} holds the check to. */
  private static final double AIM = 2;

  private static final String SCOPE = "s";
  private static final int SLOWEST = 8;

  private static final List<String> SEED =
      List.of(
          "insert into embedding_generations (model, dimension) values ('fake:deterministic', %2$d)",
          "insert into embedding_scopes (scope, generation_id) select 's', id from embedding_generations",
          """
          insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash)
          select md5('c' || i)::uuid, 's', 'i', 'd', 'h' || i from generate_series(0, %1$d / 10) i
          """,
          """
          insert into memory_nodes (id, scope, type, tier, memory_lane, owner_agent_id, title, text_summary, slots,
            embedding_model, commit_id, salience)
          select md5('n' || i)::uuid, 's',
            case when i %% 20 = 0 then 'topic' when i %% 50 = 1 then 'concept' else 'event' end,
            case when i %% 4 = 3 then 'warm' when i %% 10 = 9 then 'archive' else 'hot' end,
            case when i %% 3 = 0 then 'private' else 'shared' end, case when i %% 3 = 0 then 'ann' end,
            'title ' || i, 'some words that a node says, number ' || i,
            (case when i %% 20 = 0 then '{"topic_state": "active", "member_count": 19}'
              when i %% 5 = 1 then '{"feedback_quality": 0.25, "feedback_positive": 3, "feedback_negative": 1, "source": "x"}'
              else '{"kind": "note", "lang": "en"}' end)::jsonb,
            'fake:deterministic', md5('c' || i / 10)::uuid, case when i %% 10 = 9 then 0.01 else 0.5 end
          from generate_series(1, %1$d) i
          """,
          """
          insert into memory_edges (id, scope, type, src_id, dst_id, commit_id)
          select md5('e' || i)::uuid, 's', 'part_of', md5('n' || i)::uuid, md5('n' || (i / 20 + 1) * 20)::uuid,
            md5('c1')::uuid
          from generate_series(1, %1$d) i where i %% 20 <> 0
          """,
          """
          insert into memory_edges (id, scope, type, src_id, dst_id, commit_id)
          select md5('r' || i)::uuid, 's', 'related_to', md5('n' || i)::uuid, md5('n' || (i + 7))::uuid, md5('c1')::uuid
          from generate_series(1, %1$d - 20) i
          """,
          """
          insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id)
          select g.id, n.id, n.scope, array_fill(0.1::real, array[%2$d])::vector, n.tier in ('hot', 'warm'), n.type,
            n.memory_lane, n.owner_agent_id
          from memory_nodes n, embedding_generations g
          """,
          """
          insert into memory_outbox (scope, commit_id, event_type, job_key, published_at)
          select 's', md5('c' || i)::uuid, 'embed_nodes', 'k' || i, now() from generate_series(1, %1$d / 10) i
          """,
          "vacuum (analyze)");

  private final Options options;
  private final int nodes;
  private final int dimension;
  private final DatabaseAddress address;

  IntegritySpeed(Options options, int nodes, int dimension) {
    this.options = options;
    this.nodes = nodes;
    this.dimension = dimension;
    this.address =
        DatabaseAddress.of(options.databaseUrl())
            .withName("perdura_bench_integrity_%d_%d".formatted(nodes, dimension));
  }

  /** Seeds, measures, prints and writes {@code integrity.md}. */
  void measure() throws SQLException, IOException {
    double seedSeconds = seed();
    ConsistencyCheck check = ConsistencyCheck.of(new Database(source()), Settings.of(Map.of()));
    JobParameters parameters =
        check
            .definition()
            .check(Map.of("scope", SCOPE, "check-set", "scope", "commit-sample", "0"));
    Map<String, Double> bare = new LinkedHashMap<>();
    List<Double> checks = new ArrayList<>();
    List<Double> sums = new ArrayList<>();
    for (int round = 0; round < options.rounds(); round++) {
      long start = System.nanoTime();
      ConsistencyReport report = check.check(parameters, JobProgress.unwatched());
      checks.add(seconds(start));
      if (report.errors() + report.warnings() > 0) {
        throw new IllegalStateException("the seeded scope is not well: " + report.body());
      }
      sums.add(runBare(check.statements(parameters), bare));
    }
    String text = tell(seedSeconds, median(checks), median(sums), bare);
    System.out.print(text);
    Path file = Files.createDirectories(options.results()).resolve("integrity.md");
    Files.writeString(file, text);
  }

  private double runBare(Map<String, String> statements, Map<String, Double> bare)
      throws SQLException {
    double sum = 0;
    try (Connection connection = address.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("set jit = off; set work_mem = '64MB'");
      for (Map.Entry<String, String> check : statements.entrySet()) {
        long start = System.nanoTime();
        try (ResultSet row = statement.executeQuery(check.getValue())) {
          row.next();
        }
        double seconds = seconds(start);
        bare.merge(check.getKey(), seconds, Math::min);
        sum += seconds;
      }
    }
    return sum;
  }

  private String tell(double seedSeconds, double check, double sum, Map<String, Double> bare) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "Consistency check of one scope with %,d nodes (set scope, mode full; seeded in %.0f s): %.2f s; "
                + "its %d bare queries one after another: %.2f s; ratio %.2f (aim: below %.0f, %s).%n%n",
            nodes,
            seedSeconds,
            check,
            bare.size(),
            sum,
            check / sum,
            AIM,
            check / sum < AIM ? "met" : "NOT met"));
    text.append("| slowest bare queries | s |\n| --- | --- |\n");
    bare.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(SLOWEST)
        .forEach(query ->
            text.append(
                String.format(Locale.ROOT, "| %s | %.2f |%n", query.getKey(), query.getValue())));
    return text.toString();
  }

  private double seed() throws SQLException {
    long start = System.nanoTime();
    DatabaseAddress admin = DatabaseAddress.of(options.databaseUrl());
    boolean seeded;
    try (Connection connection = admin.connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet row =
          statement.executeQuery(
              "select from pg_database where datname = '" + address.name() + "'")) {
        seeded = options.reuse() && row.next();
      }
      if (!seeded) {
        statement.execute("drop database if exists " + address.name() + " with (force)");
        statement.execute("create database " + address.name());
      }
    }
    if (seeded) {
      return 0;
    }
    new Migrator(source()).migrate();
    try (Connection connection = address.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : SEED) {
        statement.execute(sql.formatted(nodes, dimension));
      }
    }
    return seconds(start);
  }

  private PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(
        "jdbc:postgresql://%s:%d/%s".formatted(address.host(), address.port(), address.name()));
    source.setUser(address.user());
    source.setPassword(address.password());
    return source;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
