package io.perdura.memory;

import io.perdura.kernel.Database;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Tx;
import io.perdura.outbox.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;

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
    PreparedWrite write = prepare(request);
    WriteRun run = run(write);
    long start = System.nanoTime();
    Once.Answer answer = null;
    if (!once.isKeyed() && run.isDirect()) {
      answer = direct(run);
    }
    if (answer == null) {
      answer = database.once(once, "write", tx -> run.in(tx).toJson());
    }
    parts.meter().stage("write", "transaction", System.nanoTime() - start);
    return answer;
  }

  private Once.Answer direct(WriteRun run) {
    WriteResult result = database.statement("write", run::direct);
    if (result == null) {
      return null;
    }
    run.follow(result);
    return new Once.Answer(result.toJson(), false);
  }

  PreparedWrite prepare(WriteRequest request) {
    long start = System.nanoTime();
    PreparedWrite write = PreparedWrite.of(request, settings);
    parts.meter().stage("write", "prepare", System.nanoTime() - start);
    return write;
  }

  /** Returns a run of {@code write}; make it outside of transactions. */
  WriteRun run(PreparedWrite write) {
    return new WriteRun(write, write.hasVectors() ? generations.configured() : 0, parts);
  }

  /** Stores a write without vectors of the caller's in a transaction that is open already. */
  WriteResult writeIn(Tx tx, WriteRequest request) throws SQLException {
    return new WriteRun(prepare(request), 0, parts).in(tx);
  }
}
