package io.perdura.client;

import io.perdura.client.model.IncidentJobAnswer;
import io.perdura.client.model.IncidentJobInput;
import io.perdura.client.model.IncidentJobList;
import io.perdura.client.model.IncidentJobRow;
import io.perdura.client.model.IncidentReplay;
import io.perdura.client.model.IncidentReplayInput;
import io.perdura.client.model.ListIncidentPublishJobsParams;

/** Publication of incidents. */
public final class Incidents {
  private final Perdura client;

  Incidents(Perdura client) {
    this.client = client;
  }

  /**
   * Publish an incident's evidence; the same run and target are one job: <code>
   * enqueueIncidentPublish</code>.
   */
  public Call<IncidentJobAnswer> publish(IncidentJobInput request) {
    return client.call(Operation.ENQUEUE_INCIDENT_PUBLISH, IncidentJobAnswer.class).body(request);
  }

  /** Incident publish jobs, newest first: <code>listIncidentPublishJobs</code>. */
  public Call<IncidentJobList> jobs(ListIncidentPublishJobsParams params) {
    return client
        .call(Operation.LIST_INCIDENT_PUBLISH_JOBS, IncidentJobList.class)
        .query(Json.properties(params));
  }

  /** All pages of {@link #jobs}. */
  public Paged<IncidentJobRow> allJobs(ListIncidentPublishJobsParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_INCIDENT_PUBLISH_JOBS, IncidentJobList.class)
                .query(query)
                .get()
                .getJobs());
  }

  /** Let failed jobs begin again, or tell which would: <code>replayIncidentPublish</code>. */
  public Call<IncidentReplay> replay(IncidentReplayInput request) {
    return client.call(Operation.REPLAY_INCIDENT_PUBLISH, IncidentReplay.class).body(request);
  }
}
