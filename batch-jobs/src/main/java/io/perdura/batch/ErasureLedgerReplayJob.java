package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.memory.EraseService;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Erases again whatever the ledger says was erased: owed after every restore. */
@Dependent
@Named("erasureLedgerReplay")
public class ErasureLedgerReplayJob extends ReportingBatchlet {
  @Inject private EraseService erasures;

  @Override
  ObjectNode report() {
    return Jsons.object().put("ok", true).put("replayed", erasures.replayLedger());
  }
}
