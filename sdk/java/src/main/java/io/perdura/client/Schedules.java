package io.perdura.client;

import io.perdura.client.model.DeletedJobSchedule;
import io.perdura.client.model.JobScheduleAnswer;
import io.perdura.client.model.JobScheduleInput;
import io.perdura.client.model.JobScheduleList;
import io.perdura.client.model.JobScheduleReplacement;

/** When jobs run. */
public final class Schedules {
  private final Perdura client;

  Schedules(Perdura client) {
    this.client = client;
  }

  /** The schedules by name: <code>listJobSchedules</code>. */
  public Call<JobScheduleList> list() {
    return client.call(Operation.LIST_JOB_SCHEDULES, JobScheduleList.class);
  }

  /** Make a schedule: <code>createJobSchedule</code>. */
  public Call<JobScheduleAnswer> create(JobScheduleInput request) {
    return client.call(Operation.CREATE_JOB_SCHEDULE, JobScheduleAnswer.class).body(request);
  }

  /** One schedule: <code>getJobSchedule</code>. */
  public Call<JobScheduleAnswer> get(String id) {
    return client.call(Operation.GET_JOB_SCHEDULE, JobScheduleAnswer.class).path("id", id);
  }

  /** Replace a schedule in the version that was read: <code>replaceJobSchedule</code>. */
  public Call<JobScheduleAnswer> replace(String id, JobScheduleReplacement request) {
    return client
        .call(Operation.REPLACE_JOB_SCHEDULE, JobScheduleAnswer.class)
        .path("id", id)
        .body(request);
  }

  /** Remove a schedule; its runs stay: <code>deleteJobSchedule</code>. */
  public Call<DeletedJobSchedule> delete(String id) {
    return client.call(Operation.DELETE_JOB_SCHEDULE, DeletedJobSchedule.class).path("id", id);
  }
}
