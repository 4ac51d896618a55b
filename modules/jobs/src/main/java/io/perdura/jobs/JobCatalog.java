package io.perdura.jobs;

import io.perdura.kernel.ApiException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Every job that this release has, by name. */
@ApplicationScoped
public class JobCatalog {
  private final TreeMap<String, JobWork> byName = new TreeMap<>();

  /** For the container's proxy. */
  protected JobCatalog() {}

  @Inject
  JobCatalog(@Any Instance<JobWork> works) {
    works.forEach(this::add);
  }

  private JobCatalog(Collection<? extends JobWork> works) {
    works.forEach(this::add);
  }

  /** A catalogue of these jobs, without a container. */
  public static JobCatalog of(JobWork... works) {
    return new JobCatalog(List.of(works));
  }

  private void add(JobWork work) {
    if (byName.put(work.definition().name(), work) != null) {
      throw new IllegalStateException("two jobs are named " + work.definition().name());
    }
  }

  /** Finds a job; empty when this release has none of that name. */
  public Optional<JobWork> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /**
   * Returns a job.
   *
   * @throws ApiException 404 {@code unknown_job}
   */
  public JobWork require(String name) {
    return find(name)
        .orElseThrow(() -> new ApiException(404, "unknown_job", "there is no job " + name));
  }

  /** Names of all jobs, in order. */
  public List<String> names() {
    return List.copyOf(byName.keySet());
  }

  /** All jobs, by name. */
  public List<JobDefinition> definitions() {
    List<JobDefinition> all = new ArrayList<>();
    byName.values().forEach(work -> all.add(work.definition()));
    return all;
  }
}
