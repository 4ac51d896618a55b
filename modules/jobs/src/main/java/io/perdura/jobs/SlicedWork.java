package io.perdura.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Work that looks and reports, in slices that go on side by side where that is asked for. What a
 * slice found is stored with the run as soon as it is done: after the death of its server only the
 * slices that are missing are done.
 */
public interface SlicedWork extends ReportWork {
  /** Key of a plan: how many slices there are. */
  String SLICES = "slices";

  /** How many slices of one run are done at once. */
  int sideBySide(JobParameters parameters);

  /**
   * Decides on the slices, once for a run; empty when it is done in one piece.
   *
   * @return what every slice reads, with the number of slices under {@link #SLICES}; small
   */
  Optional<ObjectNode> plan(JobParameters parameters);

  /** Does it all in one piece. */
  JobResult whole(JobParameters parameters, JobProgress progress) throws Exception;

  /**
   * Does one slice, outside any transaction. It may be done more than once, so it changes nothing.
   *
   * @param index from 0
   * @return what it found; small, for it is kept until all are done
   */
  ObjectNode slice(JobParameters parameters, ObjectNode plan, int index, JobProgress progress)
      throws Exception;

  /**
   * Makes one result of all slices.
   *
   * @param found what they found, in their order
   */
  JobResult join(JobParameters parameters, ObjectNode plan, List<ObjectNode> found);

  /** Does the slices one after another, as a tool does that has no batch runtime. */
  @Override
  default JobResult run(JobParameters parameters, JobProgress progress) throws Exception {
    Optional<ObjectNode> plan = plan(parameters);
    if (plan.isEmpty()) {
      return whole(parameters, progress);
    }
    int slices = plan.get().path(SLICES).intValue();
    List<ObjectNode> found = new ArrayList<>();
    for (int i = 0; i < slices; i++) {
      found.add(slice(parameters, plan.get(), i, progress));
      progress.at(found.size(), slices);
    }
    return join(parameters, plan.get(), found);
  }

  /** What a run of such work remembers: its plan, and what the slices found that are done. */
  final class State {
    private static final String PLAN = "plan";

    /** Key of the state: slices that are done, by their numbers. */
    static final String DONE = "done";

    private final ObjectNode state;

    /**
     * @param state null before the run has a plan
     */
    public State(ObjectNode state) {
      this.state = state == null ? Jsons.object() : state;
    }

    /** The state of a run that has just been planned. */
    public static ObjectNode of(ObjectNode plan) {
      ObjectNode state = Jsons.object().put(PagedWork.Page.TOTAL, plan.path(SLICES).intValue());
      state.set(PLAN, plan);
      state.putObject(DONE);
      return state;
    }

    /** The plan; null while there is none. */
    public ObjectNode plan() {
      return (ObjectNode) state.get(PLAN);
    }

    /** Numbers of the slices that are not done. */
    public List<Integer> missing() {
      List<Integer> missing = new ArrayList<>();
      for (int i = 0; i < plan().path(SLICES).intValue(); i++) {
        if (!state.path(DONE).has(Integer.toString(i))) {
          missing.add(i);
        }
      }
      return missing;
    }

    /**
     * What all slices found, in their order.
     *
     * @throws IllegalStateException when one is missing
     */
    public List<ObjectNode> found() {
      if (!missing().isEmpty()) {
        throw new IllegalStateException("slices " + missing() + " are not done");
      }
      List<ObjectNode> found = new ArrayList<>();
      for (int i = 0; i < plan().path(SLICES).intValue(); i++) {
        found.add((ObjectNode) state.path(DONE).get(Integer.toString(i)));
      }
      return found;
    }
  }
}
