package io.perdura.memory;

import io.perdura.jobs.CustomWork;
import io.perdura.jobs.JobDefinition;
import io.perdura.jobs.JobParameter;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Moves scopes to the configured embedding model, which is a new generation of vectors. A page
 * waits for a provider, outside any transaction, so the job has artifacts of its own.
 */
@ApplicationScoped
public class BackfillJob implements CustomWork {
  private static final JobDefinition DEFINITION =
      JobDefinition.of(
          "embedding-generation-backfill",
          "Moves one scope, or all, to the configured embedding model.",
          true,
          JobParameter.text("scope", null, "only this internal scope key"),
          JobParameter.number("page", 200L, 1, 5_000, "nodes that are embedded at once"),
          JobParameter.flag("dry-run", "Only says how many vectors would be made anew."));

  @Override
  public JobDefinition definition() {
    return DEFINITION;
  }
}
