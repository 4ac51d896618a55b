package io.perdura.benchmarks;

import java.io.IOException;
import java.sql.SQLException;

/** One client's repeated call, with whatever connection it needs; used by one thread. */
interface Work extends AutoCloseable {

  /**
   * Makes call number {@code i} and reads its whole answer.
   *
   * @param i unique among all calls of a run
   * @throws Exception when the call failed or its answer is not what a success looks like; the run
   *     stops
   */
  void call(long i) throws Exception;

  @Override
  void close() throws IOException, SQLException;

  /** Opens the work of one client. */
  interface Factory {
    Work open() throws Exception;
  }
}
