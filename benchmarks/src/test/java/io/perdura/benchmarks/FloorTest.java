package io.perdura.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The pinned statements against a small seeded database: they find what is there and write every
 * row.
 */
class FloorTest {
  private static final int DIMENSION = 32;
  private static final Dataset DATASET = new Dataset(DIMENSION, 1);
  private static final Tenant TENANT = Tenant.large(500);

  private static TestDatabase testDatabase;
  private static DatabaseAddress database;
  private static SqlFile sql;

  @BeforeAll
  static void seed() throws Exception {
    testDatabase = TestDatabase.pgvector();
    database = DatabaseAddress.of(testDatabase.databaseUrl());
    try (Connection connection = database.connect()) {
      new Seeder(connection, DATASET).seed("test", List.of(TENANT, Tenant.small(100)));
    }
    sql = new SqlFile(Path.of("floor"), DIMENSION, 1);
  }

  @AfterAll
  static void drop() {
    if (testDatabase != null) {
      testDatabase.close();
    }
  }

  @Test
  void seedingGivesEveryNodeItsOwnVectorAndEveryEventTwoEdges() throws Exception {
    assertThat(
            number(
                "select count(distinct embedding::text) from memory_vectors where scope = 'perf'"))
        .isEqualTo(550);
    assertThat(number("select count(*) from memory_edges where scope = 'perf'")).isEqualTo(1000);
    assertThat(number("select count(*) from memory_nodes where scope = 'tenant:small::scope:perf'"))
        .isEqualTo(150);
  }

  @Test
  void theRecallFloorAnswersSeedsNodesAndEdges() throws Exception {
    try (RecallFloor floor =
        new RecallFloor(sql, database, new Queries(DATASET, TENANT), TENANT.scopeKey())) {
      for (int i = 0; i < 10; i++) {
        floor.call(i);
      }
    }
  }

  @Test
  void theWriteFloorInsertsCommitNodeEdgeAndEvent() throws Exception {
    try (WriteFloor floor = new WriteFloor(sql, database, new WriteRequests(TENANT, "test"))) {
      floor.call(1);
      floor.call(2);
      floor.call(2);
    }
    assertThat(number("select count(*) from memory_nodes where client_id like 'test-floor-%'"))
        .isEqualTo(2);
    assertThat(number("select count(*) from memory_outbox where scope = 'perf'")).isEqualTo(2);
    assertThat(
            number(
                "select count(*) from memory_edges e join memory_nodes n on n.id = e.src_id"
                    + " join memory_commits c on c.id = e.commit_id where n.client_id like 'test-floor-%'"))
        .isEqualTo(2);
  }

  @Test
  void theOutboxFloorGivesEveryNodeItsVectorAndEndsEveryEvent() throws Exception {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      OutboxSpeed.enqueue(statement, "drained", 250);
    }
    assertThat(new OutboxFloor(database, sql, DIMENSION).drain("drained")).isPositive();
    assertThat(
            number(
                "select count(*) from memory_vectors v join memory_nodes n on n.id = v.node_id"
                    + " where v.scope = 'drained' and v.eligible and n.embedding_status = 'ready'"))
        .isEqualTo(250);
    assertThat(
            number(
                "select count(*) from memory_outbox where scope = 'drained' and published_at is null"))
        .isZero();
  }

  @Test
  void theRelayCountsOneRoundTripForEachStatement() throws Exception {
    try (RoundTrips relay = new RoundTrips(database);
        Connection connection = relay.address().connect();
        Statement statement = connection.createStatement()) {
      long connected = relay.count();
      for (int i = 0; i < 10; i++) {
        statement.execute("select " + i);
      }
      assertThat(relay.count() - connected).isEqualTo(10);
      connection.setAutoCommit(false);
      statement.execute("select 1"); // BEGIN travels with it
      connection.commit();
      assertThat(relay.count() - connected).isEqualTo(12);
    }
  }

  private static long number(String query) throws Exception {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}
