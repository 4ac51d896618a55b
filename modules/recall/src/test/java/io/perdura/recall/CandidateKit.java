package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Database;
import io.perdura.kernel.Viewer;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Nodes with vectors straight in the tables, and what a search over them has to find. */
final class CandidateKit {
  final TestDatabase tests;
  final Database database;
  private final UUID commit = UUID.randomUUID();

  /** A node to be: ready, hot, shared event unless told otherwise. */
  record Node(
      UUID id,
      String scope,
      float[] vector,
      String type,
      String tier,
      String status,
      String lane,
      String agent,
      String team) {

    Node with(float... other) {
      return new Node(id, scope, other, type, tier, status, lane, agent, team);
    }

    Node typed(String other) {
      return new Node(id, scope, vector, other, tier, status, lane, agent, team);
    }

    Node tier(String other) {
      return new Node(id, scope, vector, type, other, status, lane, agent, team);
    }

    Node status(String other) {
      return new Node(id, scope, vector, type, tier, other, lane, agent, team);
    }

    Node ownedBy(String agentId, String teamId) {
      return new Node(id, scope, vector, type, tier, status, "private", agentId, teamId);
    }

    boolean isFoundBy(String place, Viewer viewer) {
      return scope.equals(place)
          && (tier.equals("hot") || tier.equals("warm"))
          && status.equals("ready")
          && (lane.equals("shared")
              || (agent != null && agent.equals(viewer.agentId()))
              || (team != null && team.equals(viewer.teamId())));
    }
  }

  CandidateKit(TestDatabase tests) {
    this.tests = tests;
    this.database = new Database(tests.dataSource());
    execute(
        "insert into memory_commits (id, input_sha256, diff_sha256, commit_hash) values ('%s', '', '', '%s')"
            .formatted(commit, commit));
  }

  static Node node(String scope, float... vector) {
    return new Node(
        UUID.randomUUID(), scope, vector, "event", "hot", "ready", "shared", null, null);
  }

  /** Registers a generation of its own. */
  int generation(int dimension) {
    return number(
        "insert into embedding_generations (model, dimension) values ('%s', %d) returning id"
            .formatted(UUID.randomUUID(), dimension));
  }

  /** Writes nodes and their vectors in one transaction. */
  void write(int generation, List<Node> nodes) {
    try (Connection connection = tests.dataSource().getConnection()) {
      connection.setAutoCommit(false);
      write(connection, generation, nodes);
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(int generation, Node... nodes) {
    write(generation, List.of(nodes));
  }

  void write(Connection connection, int generation, List<Node> nodes) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into memory_nodes (id, scope, type, tier, embedding_status, memory_lane,
              owner_agent_id, owner_team_id, commit_id)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?)
            on conflict do nothing
            """)) {
      for (Node node : nodes) {
        insert.setObject(1, node.id());
        insert.setString(2, node.scope());
        insert.setString(3, node.type());
        insert.setString(4, node.tier());
        insert.setString(5, node.status());
        insert.setString(6, node.lane());
        insert.setString(7, node.agent());
        insert.setString(8, node.team());
        insert.setObject(9, commit);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into memory_vectors (generation_id, node_id, scope, embedding, eligible, type,
              memory_lane, owner_agent_id, owner_team_id)
            select ?, id, scope, ?::real[], tier in ('hot', 'warm') and embedding_status = 'ready',
              type, memory_lane, owner_agent_id, owner_team_id
            from memory_nodes where id = ?
            """)) {
      for (Node node : nodes) {
        insert.setInt(1, generation);
        insert.setObject(2, node.vector());
        insert.setObject(3, node.id());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Writes vectors alone, without their nodes: for so many that the nodes would take too long. */
  void load(int generation, List<Node> nodes) {
    boolean vector =
        text("select atttypid::regtype::text from pg_attribute where attrelid = 'memory_vectors'::regclass and attname = 'embedding'")
            .equals("vector");
    try (Connection connection = tests.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("set session_replication_role = replica");
      CopyIn copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  "copy memory_vectors (generation_id, node_id, scope, embedding, eligible, type, memory_lane, owner_agent_id, owner_team_id) from stdin");
      StringBuilder line = new StringBuilder();
      for (Node node : nodes) {
        line.setLength(0);
        line.append(generation).append('\t').append(node.id()).append('\t').append(node.scope());
        char separator = '\t';
        String open = vector ? "[" : "{";
        for (float value : node.vector()) {
          line.append(separator).append(separator == '\t' ? open : "").append(value);
          separator = ',';
        }
        line.append(vector ? ']' : '}').append("\tt\t").append(node.type()).append('\t');
        line.append(node.lane()).append('\t').append(node.agent() == null ? "\\N" : node.agent());
        line.append('\t').append(node.team() == null ? "\\N" : node.team()).append('\n');
        byte[] bytes = line.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
      }
      copy.endCopy();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void execute(String sql) {
    try (Connection connection = tests.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  int number(String sql) {
    return Integer.parseInt(text(sql));
  }

  String text(String sql) {
    try (Connection connection = tests.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  static CandidateQuery query(int generation, String scope, Viewer viewer, int k, float... vector) {
    return new CandidateQuery(generation, vector.length, scope, vector, viewer, k, false);
  }

  /** What a search must find, worked out without any index. */
  static List<UUID> truth(List<Node> nodes, CandidateQuery query) {
    return nodes.stream()
        .filter(node -> node.isFoundBy(query.scope(), query.viewer()))
        .map(node -> new Candidates.Candidate(node.id(), distance(node.vector(), query.vector())))
        .sorted(
            Comparator.comparingDouble(Candidates.Candidate::distance)
                .thenComparing(candidate -> candidate.id().toString()))
        .limit(query.k())
        .map(Candidates.Candidate::id)
        .toList();
  }

  static List<UUID> ids(Candidates candidates) {
    return candidates.found().stream().map(Candidates.Candidate::id).toList();
  }

  static List<UUID> ids(Node... nodes) {
    return java.util.Arrays.stream(nodes).map(Node::id).toList();
  }

  /** Share of {@code truth} that was found. */
  static double overlap(List<UUID> truth, List<UUID> found) {
    return truth.isEmpty()
        ? 1
        : (double) truth.stream().filter(found::contains).count() / truth.size();
  }

  static double distance(float[] a, float[] b) {
    double dot = 0;
    double lengthA = 0;
    double lengthB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      lengthA += (double) a[i] * a[i];
      lengthB += (double) b[i] * b[i];
    }
    return 1 - dot / Math.sqrt(lengthA * lengthB);
  }

  /** Distinct vectors around {@code topics} directions, as texts about as many subjects have. */
  static List<float[]> topical(int count, int dimension, int topics, long topicSeed, long seed) {
    Random subjects = new Random(topicSeed);
    Random random = new Random(seed);
    List<float[]> centres = new ArrayList<>();
    for (int i = 0; i < topics; i++) {
      centres.add(gaussian(dimension, subjects));
    }
    List<float[]> vectors = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      float[] noise = gaussian(dimension, random);
      float[] centre = centres.get(random.nextInt(topics));
      for (int at = 0; at < dimension; at++) {
        noise[at] = centre[at] + 0.7f * noise[at];
      }
      vectors.add(noise);
    }
    return vectors;
  }

  static float[] gaussian(int dimension, Random random) {
    float[] vector = new float[dimension];
    for (int at = 0; at < dimension; at++) {
      vector[at] = (float) random.nextGaussian();
    }
    return vector;
  }

  /** Asks again and again, for ten seconds at most. */
  static void until(BooleanSupplier condition) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).as("nanoseconds too late").isNegative();
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
