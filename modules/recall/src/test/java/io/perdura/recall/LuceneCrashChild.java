package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.kernel.Viewer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A process that searches without end, and so indexes whatever is written, until it is killed.
 * Arguments: directory, database address, user, password, generation, scope. Prints a line a
 * search.
 */
final class LuceneCrashChild {
  private LuceneCrashChild() {}

  public static void main(String[] arguments) throws Exception {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(arguments[1]);
    source.setUser(arguments[2]);
    source.setPassword(arguments[3]);
    LuceneIndex index =
        new LuceneIndex(
            new VectorFeed(new Database(source)),
            Settings.of(Map.of()),
            Path.of(arguments[0]),
            Duration.ofMillis(150));
    CandidateQuery query =
        CandidateKit.query(
            Integer.parseInt(arguments[4]),
            arguments[5],
            Viewer.NOBODY,
            10,
            1,
            0,
            0,
            0,
            0,
            0,
            0,
            0);
    while (true) {
      try {
        index.touch();
        int found = index.nearest(query).found().size();
        System.out.println((index.status().ready() ? "ready " : "building ") + found);
      } catch (IllegalStateException e) {
        System.out.println("refused " + e.getMessage());
        return;
      }
      Thread.sleep(5);
    }
  }
}
