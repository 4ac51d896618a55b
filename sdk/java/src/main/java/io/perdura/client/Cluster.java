package io.perdura.client;

import io.perdura.client.model.Configuration;
import io.perdura.client.model.DrainAnswer;
import io.perdura.client.model.DrainRequest;
import io.perdura.client.model.Members;

/** The servers. */
public final class Cluster {
  private final Perdura client;

  Cluster(Perdura client) {
    this.client = client;
  }

  /** *Perdura*: servers that are alive: <code>listMembers</code>. */
  public Call<Members> members() {
    return client.call(Operation.LIST_MEMBERS, Members.class);
  }

  /**
   * *Perdura*: what the server that answers runs with, without secrets: <code>getConfiguration
   * </code>.
   */
  public Call<Configuration> configuration() {
    return client.call(Operation.GET_CONFIGURATION, Configuration.class);
  }

  /**
   * *Perdura*: take the answering server out of its load balancers, or back in: <code>drain</code>.
   */
  public Call<DrainAnswer> drain(DrainRequest request) {
    return client.call(Operation.DRAIN, DrainAnswer.class).body(request);
  }
}
