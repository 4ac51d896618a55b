package io.perdura.jobs;

/**
 * What a job does. A room that has jobs offers each as a CDI bean of one of the two kinds; whatever
 * bean there is can be started, scheduled and watched.
 */
public sealed interface JobWork permits PagedWork, ReportWork, CustomWork {
  /** Name, purpose and parameters. */
  JobDefinition definition();
}
