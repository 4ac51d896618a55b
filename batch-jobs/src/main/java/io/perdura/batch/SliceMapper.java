package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.SlicedWork;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.batch.runtime.context.JobContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Gives each slice of a run that is not done a partition. What is done is known to the run, so the
 * batch runtime makes its partitions anew each time.
 */
@Dependent
@Named("sliceMapper")
public class SliceMapper implements PartitionMapper {
  /** In place of a number: all of the work in one piece. */
  static final String WHOLE = "whole";

  /** In place of a number: an earlier attempt did all slices. A step has at least one partition. */
  static final String NONE = "none";

  @Inject private RunDesk desk;
  @Inject private RunBook book;
  @Inject private Apart apart;
  @Inject private JobContext job;

  @Override
  public PartitionPlan mapPartitions() throws Exception {
    RunHandle run = desk.of(job.getExecutionId());
    try {
      List<String> slices = apart.call(() -> slices(run, book));
      int atOnce = ((SlicedWork) run.work()).sideBySide(run.parameters());
      return plan(slices, atOnce, job.getExecutionId());
    } catch (Exception e) {
      run.failed(e);
      throw e;
    }
  }

  static List<String> slices(RunHandle run, RunBook book) {
    if (run.state() == null) {
      Optional<ObjectNode> plan = ((SlicedWork) run.work()).plan(run.parameters());
      if (plan.isEmpty()) {
        return List.of(WHOLE);
      }
      book.planned(run, plan.get());
    }
    List<Integer> missing = new SlicedWork.State(run.state()).missing();
    return missing.isEmpty()
        ? List.of(NONE)
        : missing.stream().map(number -> Integer.toString(number)).toList();
  }

  private static PartitionPlan plan(List<String> slices, int atOnce, long execution) {
    Properties[] properties = new Properties[slices.size()];
    for (int i = 0; i < properties.length; i++) {
      properties[i] = new Properties();
      properties[i].setProperty("slice", slices.get(i));
      properties[i].setProperty("execution", Long.toString(execution));
    }
    PartitionPlanImpl plan = new PartitionPlanImpl();
    plan.setPartitions(properties.length);
    plan.setThreads(Math.min(properties.length, atOnce));
    plan.setPartitionsOverride(true);
    plan.setPartitionProperties(properties);
    return plan;
  }
}
