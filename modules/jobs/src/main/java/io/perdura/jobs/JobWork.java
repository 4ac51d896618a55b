package io.perdura.jobs;

/**
 * What a job does, as one of {@link PagedWork}, {@link ReportWork} and {@link CustomWork}. A room
 * that has jobs offers each as a CDI bean; whatever bean there is can be started, scheduled and
 * watched.
 */
public interface JobWork {
  /** Name, purpose and parameters. */
  JobDefinition definition();
}
