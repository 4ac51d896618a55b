package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What came out of a run.
 *
 * @param verdict what it means
 * @param body the report, in the contract's fields; {@code schema_version, started_at, finished_at,
 *     build} are added to it
 */
public record JobResult(Verdict verdict, ObjectNode body) {
  /** Exit status of a run, and the exit code that an operator's command ends with. */
  public enum Verdict {
    /** It did what it was asked, and what it judges is well: 0. */
    PASSED(0),
    /** It ran, and what it judges is not well: 2. */
    FAILED_GATE(2),
    /**
     * There was nothing to do, or nothing that it could judge: 0, and 2 when asked to be strict.
     */
    SKIPPED(0);

    private final int exitCode;

    Verdict(int exitCode) {
      this.exitCode = exitCode;
    }

    /** Exit code of a command that ran the job. */
    public int exitCode() {
      return exitCode;
    }
  }

  /** The job did what it was asked. */
  public static JobResult passed(ObjectNode body) {
    return new JobResult(Verdict.PASSED, body);
  }

  /** Passed or failed, as a gate. */
  public static JobResult judged(boolean pass, ObjectNode body) {
    return new JobResult(pass ? Verdict.PASSED : Verdict.FAILED_GATE, body);
  }
}
