package io.perdura.integrity;

import io.perdura.schema.TestDatabase;

/** Where PostgreSQL has pgvector. */
class ScopeChecksOnPgvectorTest extends ScopeChecksSuite {
  @Override
  protected TestDatabase open() {
    return TestDatabase.pgvector();
  }

  @Override
  String shortVector() {
    return "[1,0,0]";
  }
}
