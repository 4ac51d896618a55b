package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;

/** Lucene's files are thrown away when they are not an earlier state of the stored vectors. */
class LuceneDamageTest extends LuceneFilesKit {
  @Test
  void filesOfAnotherDatabaseAreBuiltAnew() {
    opened().close();
    try (TestDatabase other = TestDatabase.fresh()) {
      kit = new CandidateKit(other);
      generation = kit.generation(DIMENSION);
      nodes.clear();
      add(30);
      assertRebuilt(30, "of another database or state");
    }
  }

  @Test
  void filesOfAnotherSchemaOfTheDatabaseAreBuiltAnew() {
    opened().close();
    kit.execute(
        "create table copy (like memory_vectors including all); insert into copy select * from memory_vectors limit 40;"
            + "drop table memory_vectors cascade; alter table copy rename to memory_vectors");
    nodes.clear();
    add(1);
    LuceneIndex index = open();
    try (index) {
      awaitReady(index);
      assertThat(feed.handedOver()).isEqualTo(41);
    }
  }

  @Test
  void aDatabaseSetBackToAnEarlierStateIsNoticedByItsCount() {
    opened().close();
    // As after a copy of older data: rows are missing, and no tombstone says so.
    kit.execute(
        "set session_replication_role = replica; delete from memory_vectors where node_id = '%s'"
            .formatted(nodes.removeLast().id()));

    assertRebuilt(nodes.size(), "it has 1000 vectors and the database 999");
  }

  @Test
  void filesOlderThanRemovalsAreKeptAreBuiltAnew() throws Exception {
    opened().close();
    amend("at", Long.toString(System.currentTimeMillis() / 1000 - Duration.ofDays(8).toSeconds()));

    assertRebuilt(BASE, "older than removals are kept");
  }

  @Test
  void filesYoungerThanRemovalsAreKeptAreTakenUp() throws Exception {
    opened().close();
    amend("at", Long.toString(System.currentTimeMillis() / 1000 - Duration.ofDays(5).toSeconds()));

    try (LuceneIndex index = open()) {
      assertThat(answersAreExact(index)).isTrue();
      assertThat(feed.handedOver()).isZero();
    }
  }

  @Test
  void filesAheadOfTheDatabaseAreBuiltAnew() throws Exception {
    opened().close();
    amend("snapshot", "900000000:900000000:");

    assertRebuilt(BASE, "of another database or state");
  }

  @Test
  void filesOfAnotherVersionAreBuiltAnew() throws Exception {
    opened().close();
    amend("layout", "0");

    assertRebuilt(BASE, "none of this version");
  }

  @Test
  void everyKindOfDamageLeadsToARebuild() throws Exception {
    opened().close();
    Map<String, byte[]> sound = contents();
    assertThat(sound.keySet()).hasSizeGreaterThan(3);
    for (String file : sound.keySet()) {
      for (Damage damage : Damage.values()) {
        restore(sound);
        damage.harm(directory.resolve(file));
        assertRebuilt(BASE, "is built from the database");
      }
    }
  }

  @Test
  void noFlippedBitMakesAnAnswerWrong() throws Exception {
    opened().close();
    Map<String, byte[]> sound = contents();
    // The vectors, their graph and the rest are parts of one file, which opening does not read.
    String largest =
        Collections.max(sound.entrySet(), Comparator.comparingInt(file -> file.getValue().length))
            .getKey();
    int rebuilt = 0;
    for (int i = 0; i < 12; i++) {
      restore(sound);
      Path file = directory.resolve(largest);
      byte[] bytes = Files.readAllBytes(file);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      try (LuceneIndex index = open()) {
        assertThat(answersAreExact(index)).isTrue();
        awaitReady(index);
        assertThat(answersAreExact(index)).isTrue();
        rebuilt += feed.handedOver() > 0 ? 1 : 0;
      }
    }
    // All but those in the padding between the parts.
    assertThat(rebuilt).isGreaterThan(9);
  }

  @Test
  void filesThatAreNotOursAreLeftAlone() throws Exception {
    opened().close();
    Files.writeString(directory.resolve("notes.txt"), "keep me");
    for (Path file : segments()) {
      Files.write(file, new byte[] {1, 2, 3});
    }

    assertRebuilt(BASE, "is damaged");
    assertThat(directory.resolve("notes.txt")).content().isEqualTo("keep me");
  }

  private enum Damage {
    CUT {
      @Override
      void harm(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      }
    },
    EMPTY {
      @Override
      void harm(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    },
    GONE {
      @Override
      void harm(Path file) throws IOException {
        Files.delete(file);
      }
    };

    abstract void harm(Path file) throws IOException;
  }

  /** Opens, and checks that everything was read once, that one line says why, and all answers. */
  private void assertRebuilt(int rows, String reason) {
    try (LogLines log = new LogLines("io.perdura.recall");
        LuceneIndex index = open()) {
      assertThat(answersAreExact(index)).isTrue();
      awaitReady(index);
      assertThat(answersAreExact(index)).isTrue();
      assertThat(feed.handedOver()).isEqualTo(rows);
      assertThat(log.lines()).filteredOn(line -> line.contains(reason)).hasSize(1);
    }
  }

  /** Changes what the last commit says of itself. */
  private void amend(String key, String value) throws IOException {
    try (FSDirectory files = FSDirectory.open(directory);
        IndexWriter writer = new IndexWriter(files, LuceneFiles.config())) {
      Map<String, String> data = new HashMap<>();
      writer.getLiveCommitData().forEach(entry -> data.put(entry.getKey(), entry.getValue()));
      assertThat(data.put(key, value)).isNotNull();
      writer.setLiveCommitData(data.entrySet());
      writer.commit();
    }
  }

  private Map<String, byte[]> contents() throws IOException {
    Map<String, byte[]> contents = new HashMap<>();
    for (Path file : segments()) {
      contents.put(file.getFileName().toString(), Files.readAllBytes(file));
    }
    return contents;
  }

  private void restore(Map<String, byte[]> contents) throws IOException {
    for (Path file : segments()) {
      Files.delete(file);
    }
    for (Map.Entry<String, byte[]> entry : contents.entrySet()) {
      Files.write(directory.resolve(entry.getKey()), entry.getValue());
    }
  }

  private List<Path> segments() throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .filter(file -> !file.endsWith("write.lock") && !file.endsWith("notes.txt"))
          .toList();
    }
  }
}
