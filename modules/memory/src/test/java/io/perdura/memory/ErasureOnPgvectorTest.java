package io.perdura.memory;

import io.perdura.schema.TestDatabase;

/** Erasure where vectors are pgvector's. */
class ErasureOnPgvectorTest extends ErasureSuite {
  @Override
  protected TestDatabase open() {
    return TestDatabase.pgvector();
  }
}
