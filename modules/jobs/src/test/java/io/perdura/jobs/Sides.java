package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells the numbers of its slices, of which there are {@code slices}. */
final class Sides implements SlicedWork {
  final List<Integer> done = new ArrayList<>();

  @Override
  public JobDefinition definition() {
    return JobDefinition.of(
        "sides", "Looks from several sides.", false, JobParameter.number("slices", 3L, 1, 9, "n"));
  }

  @Override
  public int sideBySide(JobParameters parameters) {
    return 2;
  }

  @Override
  public Optional<ObjectNode> plan(JobParameters parameters) {
    long slices = parameters.number("slices");
    return slices == 1
        ? Optional.empty()
        : Optional.of(Jsons.object().put(SLICES, slices).put("from", 100));
  }

  @Override
  public JobResult whole(JobParameters parameters, JobProgress progress) {
    return JobResult.passed(Jsons.object().put("seen", "whole"));
  }

  @Override
  public ObjectNode slice(
      JobParameters parameters, ObjectNode plan, int index, JobProgress progress) {
    done.add(index);
    return Jsons.object().put("saw", plan.path("from").intValue() + index);
  }

  @Override
  public JobResult join(JobParameters parameters, ObjectNode plan, List<ObjectNode> found) {
    String seen =
        String.join(",", found.stream().map(slice -> slice.path("saw").asText()).toList());
    return JobResult.passed(Jsons.object().put("seen", seen));
  }
}
