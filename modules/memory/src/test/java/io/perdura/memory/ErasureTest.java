package io.perdura.memory;

import io.perdura.schema.TestDatabase;

/** Erasure where vectors are arrays. */
class ErasureTest extends ErasureSuite {
  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }
}
