package io.perdura.recall;

import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The promises of the candidate index, kept by Lucene. */
class LuceneCandidatesTest extends CandidateIndexSuite {
  @TempDir static Path directory;

  @Override
  protected TestDatabase open() {
    return TestDatabase.fresh();
  }

  @Override
  CandidateIndex open(Settings settings) {
    return new LuceneIndex(kit.database, settings, directory);
  }

  @Override
  void tell(CandidateIndex index) {
    ((LuceneIndex) index).touch();
  }
}
