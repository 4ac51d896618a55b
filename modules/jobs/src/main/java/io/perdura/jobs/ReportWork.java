package io.perdura.jobs;

/**
 * Work in one piece that looks and reports, or whose effects carry keys of their own. After the
 * death of its server it starts again from the beginning.
 */
public interface ReportWork extends JobWork {
  /**
   * Does it all, outside any transaction.
   *
   * @param progress tell it of items done, and ask it whether to stop
   * @throws Exception the run fails with its message
   */
  JobResult run(JobParameters parameters, JobProgress progress) throws Exception;
}
