package io.perdura.embedding;

/** A provider that holds something to give back when the application stops. */
interface Stoppable extends AutoCloseable {
  @Override
  void close();
}
