package io.perdura.integrity;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.perdura.jobs.JobProgress;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.SqlStates;
import io.perdura.memory.CommitFaults;
import io.perdura.memory.ConsistencyService;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * Makes checks on one connection. Checks of one source are counted by one statement; where that
 * fails, each is counted alone, so that what one of them meets is no other's fault.
 */
final class CheckRunner {
  private final Connection connection;
  private final ConsistencyOptions options;
  private final Map<String, Object> values;
  private final JobProgress progress;
  private final Map<Check, CheckOutcome> outcomes = new LinkedHashMap<>();

  /** How many nodes a source's rows can come from, by {@link Source#onlyIf}. */
  private final Map<String, Long> origins = new LinkedHashMap<>();

  CheckRunner(
      Connection connection,
      ConsistencyOptions options,
      Map<String, Object> values,
      JobProgress progress) {
    this.connection = connection;
    this.options = options;
    this.values = values;
    this.progress = progress;
  }

  /** Work under a savepoint of its own. */
  @FunctionalInterface
  private interface Attempt<T> {
    T run() throws SQLException;
  }

  /** Returns what each of {@code checks} found. */
  Map<Check, CheckOutcome> run(List<Check> checks) throws SQLException {
    Map<Source, List<Check>> bySource = new LinkedHashMap<>();
    checks.stream()
        .filter(check -> check.source().equals(NodeChecks.NODES))
        .forEach(check -> add(bySource, check)); // first: they tell which others can be left out
    checks.stream()
        .filter(check -> !check.source().equals(NodeChecks.NODES))
        .forEach(check -> add(bySource, check));
    for (Map.Entry<Source, List<Check>> source : bySource.entrySet()) {
      if (progress.isStopping()) {
        throw new CancellationException("the consistency check was asked to stop");
      }
      look(source.getKey(), source.getValue(), bySource.keySet());
      progress.at(outcomes.size(), checks.size());
    }
    return outcomes;
  }

  private static void add(Map<Source, List<Check>> bySource, Check check) {
    bySource.computeIfAbsent(check.source(), source -> new ArrayList<>()).add(check);
  }

  private void look(Source source, List<Check> checks, Iterable<Source> all) throws SQLException {
    if (source.equals(ChainChecks.HASHES)) {
      outcomes.put(checks.getFirst(), commitHashes());
    } else if (Long.valueOf(0).equals(origins.get(source.onlyIf()))) {
      checks.forEach(check -> outcomes.put(check, CheckOutcome.pass(fastNote(0))));
    } else if (options.fast() && checks.size() == 1 && checks.getFirst().mayStopEarly()) {
      outcomes.put(checks.getFirst(), fastAlone(checks.getFirst()));
    } else {
      count(source, checks, all);
    }
  }

  private void count(Source source, List<Check> checks, Iterable<Source> all) throws SQLException {
    List<String> asked = new ArrayList<>();
    if (source.equals(NodeChecks.NODES)) {
      all.forEach(other -> {
        if (other.onlyIf() != null && !asked.contains(other.onlyIf())) {
          asked.add(other.onlyIf());
        }
      });
    }
    try {
      List<Long> counts = guarded(() -> counts(source, checks, asked));
      for (int i = 0; i < checks.size(); i++) {
        outcomes.put(checks.get(i), judged(checks.get(i), counts.get(i)));
      }
      for (int i = 0; i < asked.size(); i++) {
        origins.put(asked.get(i), counts.get(checks.size() + i));
      }
    } catch (SQLException e) {
      rethrowIfGone(e);
      for (Check check : checks) {
        outcomes.put(check, checks.size() == 1 ? unseen(e) : countedAlone(check));
      }
    }
  }

  private CheckOutcome countedAlone(Check check) throws SQLException {
    try {
      long count = guarded(() -> counts(check.source(), List.of(check), List.of()).getFirst());
      return judged(check, count);
    } catch (SQLException e) {
      rethrowIfGone(e);
      return unseen(e);
    }
  }

  private List<Long> counts(Source source, List<Check> checks, List<String> asked)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    checks.forEach(check -> columns.add(check.count()));
    asked.forEach(condition -> columns.add("count(*) filter (where " + condition + ")"));
    String sql =
        "select "
            + String.join(", ", columns)
            + " from "
            + source.from()
            + " where "
            + source.where();
    List<Long> counts = new ArrayList<>();
    try (PreparedStatement select = NamedSql.prepare(connection, sql, values);
        ResultSet row = select.executeQuery()) {
      row.next();
      for (int i = 1; i <= columns.size(); i++) {
        counts.add(row.getLong(i));
      }
    }
    return counts;
  }

  private CheckOutcome judged(Check check, long counted) throws SQLException {
    boolean pass = counted <= allowed(check);
    ArrayNode sample = Jsons.array();
    String note = options.fast() && check.countsRows() ? fastNote(counted) : null;
    if (counted > 0 || check.isAlwaysSampled()) {
      try {
        sample =
            guarded(
                () -> sample(check, counted > 0 ? check.condition() : "true", options.sample()));
      } catch (SQLException e) {
        rethrowIfGone(e);
        note = "the sample could not be read: SQLState " + e.getSQLState();
      }
    }
    boolean capped = options.fast() && check.countsRows();
    long count = capped ? Math.min(counted, options.sample() + 1L) : counted;
    return CheckOutcome.found(pass, count, sample, note);
  }

  /** Stops looking as soon as the sample is full. */
  private CheckOutcome fastAlone(Check check) throws SQLException {
    try {
      ArrayNode rows = guarded(() -> sample(check, check.condition(), options.sample() + 1L));
      long found = rows.size();
      while (rows.size() > options.sample()) {
        rows.remove(rows.size() - 1);
      }
      if (found == 0 && check.isAlwaysSampled()) {
        rows = guarded(() -> sample(check, "true", options.sample()));
      }
      return CheckOutcome.found(found == 0, found, rows, fastNote(found));
    } catch (SQLException e) {
      rethrowIfGone(e);
      return unseen(e);
    }
  }

  private String fastNote(long found) {
    if (!options.fast()) {
      return null;
    }
    return found > options.sample()
        ? "fast: the count is a lower bound"
        : "fast: the count is exact";
  }

  private ArrayNode sample(Check check, String condition, long limit) throws SQLException {
    String sql =
        "select to_jsonb(s)::text from (select %s from %s where (%s) and (%s)%s limit %d) s"
            .formatted(
                check.columns(),
                check.source().from(),
                check.source().where(),
                condition,
                options.fast() ? "" : " order by " + check.order(),
                limit);
    ArrayNode rows = Jsons.array();
    try (PreparedStatement select = NamedSql.prepare(connection, sql, values);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        rows.add(Jsons.stored(row.getString(1)));
      }
    }
    return rows;
  }

  private long allowed(Check check) {
    return check.allowed() == null ? 0 : ((Number) values.get(check.allowed())).longValue();
  }

  private CheckOutcome commitHashes() throws SQLException {
    try {
      CommitFaults faults =
          guarded(() ->
              ConsistencyService.newestCommits(
                  connection, options.scope().key(), options.commits(), options.sample()));
      ArrayNode sample = Jsons.array();
      faults
          .sample()
          .forEach(
              fault -> sample.addObject().put("id", fault.commitId()).put("fault", fault.fault()));
      return CheckOutcome.found(
          faults.broken() == 0,
          faults.broken(),
          sample,
          "looked at the newest " + faults.looked() + " commits");
    } catch (SQLException e) {
      rethrowIfGone(e);
      return unseen(e);
    }
  }

  private <T> T guarded(Attempt<T> attempt) throws SQLException {
    Savepoint before = connection.setSavepoint();
    boolean done = false;
    try {
      T result = attempt.run();
      done = true;
      return result;
    } finally {
      if (done) {
        connection.releaseSavepoint(before);
      } else {
        connection.rollback(before);
      }
    }
  }

  /** Without its connection the run as a whole has failed. */
  private static void rethrowIfGone(SQLException e) throws SQLException {
    if (SqlStates.isTransient(e)) {
      throw e;
    }
  }

  private static CheckOutcome unseen(SQLException e) {
    return CheckOutcome.error("the check could not be made: SQLState " + e.getSQLState());
  }
}
