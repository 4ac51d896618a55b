package io.perdura.recall;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.perdura.kernel.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What BM25 has to know of a scope: how many nodes there are, how long they are, and which words
 * are common.
 *
 * <p>Taken from a count and a sample, and kept for seconds (small scopes) to minutes (large ones,
 * which change slowly). A word that the sample hardly shows is rare; its exact frequency comes from
 * the search, which then reads every node that has it. Statistics cover all nodes of the scope
 * whoever may see them, so that one viewer's ranking does not cost another viewer's count.
 */
final class LexicalStatistics {
  private static final int SAMPLE = 2000;

  /** Weight of the cache: words remembered over all scopes, some 100 bytes each. */
  private static final int MOST_WORDS = 400_000;

  /** Words seen less often in a full sample are not kept: the search counts them itself. */
  private static final int FEWEST_SEEN = 3;

  private static final String COUNT =
      HybridSql.SETTINGS
          + "select count(*) from (select from memory_nodes where scope = ? limit 2000000) n";

  /** Ids are hashes or random, so that rows from a random id on are a random sample. */
  private static final String SAMPLE_FROM =
      HybridSql.SETTINGS
          + """
          (select lexemes::text from memory_nodes where scope = ? and id >= ? order by id limit ?)
          union all
          (select lexemes::text from memory_nodes where scope = ? and id < ? order by id desc limit ?)
          limit ?
          """;

  private final Database database;
  private final Cache<String, Scope> scopes;

  /**
   * Statistics of a scope.
   *
   * @param nodes nodes there are
   * @param averageLength mean words a node, at least 1
   * @param sampled nodes looked at
   * @param seen how many of those have a word; rare words are missing
   */
  record Scope(long nodes, double averageLength, int sampled, Map<String, Integer> seen) {
    /** Returns about how many nodes have the lexeme; 0 when it is rare. */
    double estimate(String lexeme) {
      int count = seen.getOrDefault(lexeme, 0);
      return sampled == 0 ? 0 : (double) count * nodes / sampled;
    }

    /** Returns the most nodes that a lexeme can be expected to have that the sample left out. */
    double mostUnseen() {
      return sampled == 0 || sampled >= nodes ? 0 : (double) FEWEST_SEEN * nodes / sampled;
    }

    private Duration valid() {
      return Duration.ofSeconds(Math.clamp(nodes / 200, 5, 300));
    }
  }

  LexicalStatistics(Database database) {
    this.database = database;
    this.scopes =
        Caffeine.newBuilder()
            .maximumWeight(MOST_WORDS)
            .weigher((String scope, Scope known) -> 10 + known.seen().size())
            .expireAfter(Expiry.<String, Scope>creating((scope, known) -> known.valid()))
            .executor(Runnable::run)
            .build();
  }

  /** Returns the scope's statistics, from memory while they are fresh. */
  Scope of(String scope) {
    return scopes.get(scope, this::load);
  }

  /** Tells whether the scope's statistics are in memory and fresh. */
  boolean knows(String scope) {
    return scopes.getIfPresent(scope) != null;
  }

  private Scope load(String scope) {
    return database.read(
        "words of a scope", connection -> sample(connection, scope, count(connection, scope)));
  }

  private static long count(Connection connection, String scope) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
      statement.setString(1, scope);
      try (ResultSet row = HybridStore.rows(statement)) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static Scope sample(Connection connection, String scope, long nodes) throws SQLException {
    UUID from = UUID.randomUUID();
    Map<String, Integer> seen = new HashMap<>();
    int sampled = 0;
    long words = 0;
    try (PreparedStatement statement = connection.prepareStatement(SAMPLE_FROM)) {
      for (int half = 0; half < 2; half++) {
        statement.setString(3 * half + 1, scope);
        statement.setObject(3 * half + 2, from);
        statement.setInt(3 * half + 3, SAMPLE);
      }
      statement.setInt(7, SAMPLE);
      try (ResultSet rows = HybridStore.rows(statement)) {
        while (rows.next()) {
          LexicalVector node = LexicalVector.parse(rows.getString(1));
          node.frequencies().keySet().forEach(word -> seen.merge(word, 1, Integer::sum));
          words += node.length();
          sampled++;
        }
      }
    }
    boolean all = sampled < SAMPLE;
    seen.values().removeIf(count -> !all && count < FEWEST_SEEN);
    double average = sampled == 0 ? 1 : Math.max(1, (double) words / sampled);
    return new Scope(Math.max(nodes, sampled), average, sampled, Map.copyOf(seen));
  }
}
