package io.perdura.integrity;

import io.perdura.schema.TestDatabase;

/** Where PostgreSQL has no pgvector. */
class ScopeChecksTest extends ScopeChecksSuite {
  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @Override
  String shortVector() {
    return "{1,0,0}";
  }
}
