package io.perdura.memory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import io.perdura.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.function.Function;

/**
 * Writes nodes and edges as one commit, with everything that the commit owes (contract, section 3).
 *
 * <p>A write is stored whole or not at all. The same content gives the same commit, so a write may
 * be repeated at will, with or without an Idempotency-Key. However many nodes it has, it takes one
 * round trip to the database when everything it names is new, and four otherwise, COMMIT included;
 * a key adds two.
 */
@ApplicationScoped
public class WriteService {
  private final Database database;
  private final Settings settings;
  private final Generations generations;
  private final WriteRun.WriteParts parts;

  @Inject
  WriteService(
      Database database,
      Settings settings,
      Generations generations,
      Outbox outbox,
      VectorEvents vectorEvents,
      MemoryMeter meter) {
    this.database = database;
    this.settings = settings;
    this.generations = generations;
    TopicClustering clustering = new TopicClustering(settings, generations, vectorEvents);
    this.parts = new WriteRun.WriteParts(clustering, outbox, vectorEvents, meter);
  }

  protected WriteService() {
    this.database = null;
    this.settings = null;
    this.generations = null;
    this.parts = null;
  }

  /** A service without container, for tests and tools: nobody hears of changed vectors. */
  public static WriteService of(
      Database database, Settings settings, Generations generations, Outbox outbox) {
    return new WriteService(
        database, settings, generations, outbox, VectorEvents.silent(), MemoryMeter.NONE);
  }

  /**
   * Stores {@code request} and returns the contract's answer.
   *
   * @throws io.perdura.kernel.ApiException 400 for a mistake in the request, 403 {@code
   *     identity_mismatch}, 409 or 410 about the Idempotency-Key, 503 without a database
   */
  public Once.Answer write(WriteRequest request, Once once) {
    return execute(request, once, WriteResult::toJson);
  }

  /** Stores {@code request} and returns what {@code answer} makes of the result. */
  Once.Answer execute(WriteRequest request, Once once, Function<WriteResult, ObjectNode> answer) {
    WriteRun run = run(prepare(request), WriteFacts.NONE);
    long start = System.nanoTime();
    try {
      if (!once.isKeyed() && run.isDirect()) {
        WriteResult result = database.statement("write", run::direct);
        if (result != null) {
          run.follow(result);
          return new Once.Answer(answer.apply(result), false);
        }
      }
      return database.once(once, "write", tx -> answer.apply(run.in(tx)));
    } finally {
      parts.meter().stage("write", "transaction", System.nanoTime() - start);
    }
  }

  private PreparedWrite prepare(WriteRequest request) {
    long start = System.nanoTime();
    PreparedWrite write = PreparedWrite.of(request, settings);
    parts.meter().stage("write", "prepare", System.nanoTime() - start);
    return write;
  }

  private WriteRun run(PreparedWrite write, WriteFacts assumed) {
    boolean needed = write.hasVectors() || !write.request.topicClusterAsync;
    int generationId = needed ? generations.configured() : 0;
    return new WriteRun(write, generationId, assumed, parts);
  }

  /**
   * Stores a write in a transaction that is open already.
   *
   * @param known stored nodes that the caller has looked up in this transaction
   */
  WriteResult writeIn(Tx tx, WriteRequest request, WriteFacts known) throws SQLException {
    return run(prepare(request), known).in(tx);
  }
}
