package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;

/**
 * A run that a worker of this server holds. All that it writes is written under the fence that it
 * was taken with.
 */
public final class RunHandle {
  private final UUID id;
  private final JobWork work;
  private final JobParameters parameters;
  private final long fence;
  private final Long executionId;
  private volatile ObjectNode state;
  private volatile boolean pagesDone;
  private volatile boolean stopping;
  private volatile boolean lost;
  private volatile boolean inDoubt;
  private volatile String trouble;
  private volatile Throwable failure;
  private volatile JobResult result;

  RunHandle(JobRun run, JobWork work) {
    this.id = run.id();
    this.work = work;
    this.parameters = run.given();
    this.fence = run.fence();
    this.executionId = run.executionId();
    this.state = run.work();
    this.pagesDone = run.pagesDone();
  }

  public UUID id() {
    return id;
  }

  public String job() {
    return work.definition().name();
  }

  public JobWork work() {
    return work;
  }

  public JobParameters parameters() {
    return parameters;
  }

  public long fence() {
    return fence;
  }

  /** The batch runtime's execution of an earlier attempt, null when there was none. */
  public Long earlierExecution() {
    return executionId;
  }

  /** What the next page reads; null before the work has begun. */
  public ObjectNode state() {
    return state;
  }

  /** True when the last page is done. */
  public boolean isPagesDone() {
    return pagesDone;
  }

  void moved(ObjectNode behind, boolean last) {
    state = behind;
    pagesDone = last;
    inDoubt = false;
    trouble = null;
  }

  /** The last page may be done or not. */
  void doubt(String why) {
    inDoubt = true;
    trouble = why;
  }

  boolean isInDoubt() {
    return inDoubt;
  }

  /** What it met lately and could not get over; null when all is well. */
  public String trouble() {
    return trouble;
  }

  /** Remembers what it met and could not get over. */
  public void trouble(String why) {
    trouble = why;
  }

  /** Somebody wants it to stop at the next good place. */
  public void stop() {
    stopping = true;
  }

  public boolean isStopping() {
    return stopping || lost;
  }

  /** Another worker has it. */
  public void lose() {
    lost = true;
  }

  public boolean isLost() {
    return lost;
  }

  /**
   * Refuses to go on with a run that another worker has.
   *
   * @throws RunLostException when it has
   */
  public void requireHeld() {
    if (lost) {
      throw new RunLostException(id);
    }
  }

  /** Remembers why the work failed. */
  public void failed(Throwable cause) {
    if (cause instanceof RunLostException) {
      lost = true;
    }
    failure = cause;
  }

  /** Why the work failed; null when it did not, or not by itself. */
  public Throwable failure() {
    return failure;
  }

  /** Remembers what came out of the work. */
  public void result(JobResult outcome) {
    result = outcome;
  }

  /** What came out; null before the end. */
  public JobResult result() {
    return result;
  }
}
