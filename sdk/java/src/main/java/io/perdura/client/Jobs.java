package io.perdura.client;

import io.perdura.client.model.JobList;
import io.perdura.client.model.JobRunAnswer;
import io.perdura.client.model.JobRunInput;
import io.perdura.client.model.JobRunList;
import io.perdura.client.model.JobRunRow;
import io.perdura.client.model.ListJobRunsParams;
import java.util.List;
import java.util.Map;

/** Jobs and their runs. */
public final class Jobs {
  private final Perdura client;

  Jobs(Perdura client) {
    this.client = client;
  }

  /** The jobs that can be run: <code>listJobs</code>. */
  public Call<JobList> list() {
    return client.call(Operation.LIST_JOBS, JobList.class);
  }

  /** Queue a run of a job: <code>runJob</code>. */
  public Call<JobRunAnswer> run(String name, JobRunInput request) {
    return client.call(Operation.RUN_JOB, JobRunAnswer.class).path("name", name).body(request);
  }

  /** Runs, newest first, without their results: <code>listJobRuns</code>. */
  public Call<JobRunList> runs(ListJobRunsParams params) {
    return client.call(Operation.LIST_JOB_RUNS, JobRunList.class).query(Json.properties(params));
  }

  /** One run: <code>getJobRun</code>. */
  public Call<JobRunAnswer> get(String runId) {
    return client.call(Operation.GET_JOB_RUN, JobRunAnswer.class).path("run_id", runId);
  }

  /** The result of a run alone: <code>getJobResult</code>. */
  public Call<Map<String, Object>> result(String runId) {
    return client.call(Operation.GET_JOB_RESULT, Json.OBJECT).path("run_id", runId);
  }

  /** Stop a run at its next good place: <code>stopJobRun</code>. */
  public Call<JobRunAnswer> stop(String runId) {
    return client.call(Operation.STOP_JOB_RUN, JobRunAnswer.class).path("run_id", runId);
  }

  /** Go on with a run that failed or was stopped: <code>restartJobRun</code>. */
  public Call<JobRunAnswer> restart(String runId) {
    return client.call(Operation.RESTART_JOB_RUN, JobRunAnswer.class).path("run_id", runId);
  }

  /** All pages of {@link #runs}. */
  public Paged<JobRunRow> allRuns(ListJobRunsParams params) {
    Map<String, Object> first = Json.properties(params);
    first.putIfAbsent("limit", Pages.LIMIT);
    return Pages.byMark(
        first,
        "before",
        query -> client.call(Operation.LIST_JOB_RUNS, JobRunList.class).query(query).get(),
        JobRunList::getRuns,
        page -> {
          List<JobRunRow> runs = page.getRuns();
          boolean last = runs.size() < Pages.number(first, "limit", Pages.LIMIT);
          return last ? null : runs.get(runs.size() - 1).getRunId();
        });
  }
}
