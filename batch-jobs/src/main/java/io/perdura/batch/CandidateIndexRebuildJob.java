package io.perdura.batch;

import io.perdura.recall.CandidateIndex;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Builds the candidate index of this server anew. */
@Dependent
@Named("candidateIndexRebuild")
public class CandidateIndexRebuildJob extends AbstractBatchlet {
  @Inject private CandidateIndex index;
  @Inject private Apart apart;

  @Override
  public String process() throws Exception {
    return apart.call(() -> String.valueOf(index.rebuild()));
  }
}
