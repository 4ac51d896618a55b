package io.perdura.recall;

import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;

/** The promises of the candidate index, kept by pgvector. */
class PgvectorCandidatesTest extends CandidateIndexSuite {
  @Override
  protected TestDatabase open() {
    return TestDatabase.pgvector();
  }

  @Override
  CandidateIndex open(Settings settings) {
    return new PgvectorIndex(kit.database, settings);
  }

  @Override
  void tell(CandidateIndex index) {
    // It searches the table itself.
  }
}
