package io.perdura.memory;

import java.util.List;

/**
 * What came out of computing the hashes of commits anew.
 *
 * @param looked commits that were looked at
 * @param broken how many of them are not what their hashes say
 * @param sample some of those
 */
public record CommitFaults(long looked, long broken, List<Fault> sample) {
  public CommitFaults {
    sample = List.copyOf(sample);
  }

  /** A commit and what is wrong with it. */
  public record Fault(String commitId, String fault) {}
}
