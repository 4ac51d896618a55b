package io.perdura.recall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.recall.CandidateKit.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lucene's files live through kills and restarts. */
class LuceneLifeTest extends LuceneFilesKit {
  @Test
  void killsLoseNothingAndNeedNoRebuild() throws Exception {
    for (int round = 0; round < 5; round++) {
      Process child = child();
      try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
        awaitLine(lines, "ready");
        long end = System.nanoTime() + Duration.ofMillis(400 + random.nextInt(400)).toNanos();
        while (System.nanoTime() < end) {
          add(20);
          removeSome(5);
          archiveOne();
          awaitLine(lines, "ready");
        }
      } finally {
        child.destroyForcibly();
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(child.exitValue()).isEqualTo(128 + 9);
      add(15);
      removeSome(3);

      try (LuceneIndex index = open()) {
        assertThat(answersAreExact(index)).isTrue();
        assertThat(feed.handedOver()).as("rows read in round %d", round).isLessThan(BASE / 2);
        assertThat(index.status().ready()).isTrue();
      }
    }
  }

  @Test
  void aStoppedServerReadsNothingAgain() {
    try (LuceneIndex index = opened()) {
      assertThat(feed.handedOver()).isEqualTo(BASE);
      add(10);
      assertThat(answersAreExact(index)).isTrue();
    }
    try (LuceneIndex index = open()) {
      assertThat(answersAreExact(index)).isTrue();
      assertThat(feed.handedOver()).isZero();
    }
  }

  @Test
  void aTransactionOpenWhileTheServerRestartsIsNotMissed() throws Exception {
    Node late = CandidateKit.node(SCOPE, CandidateKit.gaussian(DIMENSION, random));
    try (Connection writer = tests.dataSource().getConnection()) {
      writer.setAutoCommit(false);
      kit.write(writer, generation, List.of(late));
      try (LuceneIndex index = opened()) {
        add(5);
        assertThat(answersAreExact(index)).isTrue();
      }
      writer.commit();
    }
    nodes.add(late);
    try (LuceneIndex index = open()) {
      assertThat(answersAreExact(index)).isTrue();
      assertThat(feed.handedOver()).isEqualTo(1);
    }
  }

  @Test
  void aTableThatWasEmptiedWithoutATraceIsSeenAtOnce() {
    try (LuceneIndex index = opened()) {
      kit.execute("truncate memory_vectors");
      nodes.clear();
      index.touch();
      assertThat(index.nearest(query(3)).found()).isEmpty();
      add(4);
      assertThat(answersAreExact(index)).isTrue();
    }
  }

  @Test
  void aSecondProcessOnTheDirectoryIsRefused() throws Exception {
    try (LuceneIndex index = opened()) {
      Process child = child();
      try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
        assertThat(awaitLine(lines, "refused"))
            .isEqualTo(
                "refused %s is in use by another server; give each its own PERDURA_STATE_DIR",
                directory);
      } finally {
        child.destroyForcibly();
      }
      assertThat(answersAreExact(index)).isTrue();
    }
  }

  @Test
  void aFullOrBrokenDiskMakesSearchesSlowAndNotWrong() throws Exception {
    Files.writeString(directory.resolve("file"), "in the way");
    try (LuceneIndex index = open(directory.resolve("file").resolve("index"))) {
      assertThat(answersAreExact(index)).isTrue();
      assertThat(index.status().ready()).isFalse();
      assertThat(index.status().detail()).contains("cannot be used");
    }
  }

  @Test
  void aClosedIndexSaysSo() {
    LuceneIndex index = opened();
    index.close();

    assertThatThrownBy(() -> index.nearest(query(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the candidate index is closed");
  }

  private void removeSome(int count) {
    for (int i = 0; i < count; i++) {
      Node node = nodes.remove(random.nextInt(nodes.size()));
      kit.execute("delete from memory_nodes where id = '" + node.id() + "'");
    }
  }

  private void archiveOne() {
    Node node = nodes.remove(random.nextInt(nodes.size()));
    kit.execute("update memory_nodes set tier = 'archive' where id = '" + node.id() + "'");
  }

  private Process child() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx128m",
            "-cp",
            System.getProperty("java.class.path"),
            LuceneCrashChild.class.getName(),
            directory.toString(),
            tests.jdbcUrl(),
            tests.user(),
            tests.password(),
            Integer.toString(generation),
            SCOPE)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String awaitLine(BufferedReader lines, String start) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.startsWith(start)) {
      line = lines.readLine();
    }
    assertThat(line).as("a line that starts with %s", start).isNotNull();
    return line;
  }
}
