package io.perdura.benchmarks;

import java.io.IOException;

/**
 * What server and database have used up so far; the difference of two is the cost of what happened
 * between them.
 *
 * @param serverCpuSeconds processor time of the server
 * @param databaseCpuSeconds processor time of all of PostgreSQL
 * @param allocatedBytes heap that the server's threads asked for
 */
record Cost(double serverCpuSeconds, double databaseCpuSeconds, double allocatedBytes) {
  static final Cost NOTHING = new Cost(0, 0, 0);

  Cost plus(Cost other) {
    return new Cost(
        serverCpuSeconds + other.serverCpuSeconds,
        databaseCpuSeconds + other.databaseCpuSeconds,
        allocatedBytes + other.allocatedBytes);
  }

  Cost minus(Cost other) {
    return new Cost(
        serverCpuSeconds - other.serverCpuSeconds,
        databaseCpuSeconds - other.databaseCpuSeconds,
        allocatedBytes - other.allocatedBytes);
  }

  /** Reads the meters. */
  interface Meter {
    Cost read() throws IOException;
  }
}
