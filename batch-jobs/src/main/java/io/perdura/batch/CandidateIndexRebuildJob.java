package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.recall.CandidateIndex;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Builds the candidate index anew: the database's, or the one beside this server. */
@Dependent
@Named("candidateIndexRebuild")
public class CandidateIndexRebuildJob extends ReportingBatchlet {
  @Inject private CandidateIndex index;

  @Override
  ObjectNode report() {
    long vectors = index.rebuild();
    return Jsons.object().put("ok", true).put("engine", index.engine()).put("vectors", vectors);
  }
}
