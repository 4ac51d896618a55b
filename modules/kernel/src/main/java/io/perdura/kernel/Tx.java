package io.perdura.kernel;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/** A running database transaction. Not thread-safe; dead once the work that received it returns. */
public final class Tx {
  private final Connection connection;
  private final List<Runnable> afterCommit = new ArrayList<>();

  Tx(Connection connection) {
    this.connection = connection;
  }

  /** The transaction's connection. Never commit, roll back or close it. */
  public Connection connection() {
    return connection;
  }

  /**
   * Runs {@code action} in this process after the commit succeeded. It may be lost when the process
   * dies in between, and it must not throw: what has to happen goes to the outbox instead.
   */
  public void afterCommit(Runnable action) {
    afterCommit.add(action);
  }

  void committed() {
    afterCommit.forEach(Runnable::run);
  }
}
