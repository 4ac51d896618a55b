package io.perdura.batch;

import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.partition.PartitionMapper;
import jakarta.batch.api.partition.PartitionPlan;
import jakarta.batch.api.partition.PartitionPlanImpl;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.Properties;

/** Gives each partition of the drain its number. All of them run at once. */
@Dependent
@Named("drainPartitions")
public class DrainPartitions implements PartitionMapper {
  @Inject
  @BatchProperty(name = "partitions")
  private String partitions;

  @Override
  public PartitionPlan mapPartitions() {
    int count = Integer.parseInt(partitions);
    Properties[] numbers = new Properties[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = new Properties();
      numbers[i].setProperty("partition", Integer.toString(i));
    }
    PartitionPlanImpl plan = new PartitionPlanImpl();
    plan.setPartitions(count);
    plan.setThreads(count);
    plan.setPartitionProperties(numbers);
    return plan;
  }
}
