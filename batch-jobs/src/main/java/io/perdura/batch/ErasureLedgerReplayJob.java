package io.perdura.batch;

import io.perdura.memory.EraseService;
import jakarta.batch.api.AbstractBatchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;

/** Applies the erasure ledger again. */
@Dependent
@Named("erasureLedgerReplay")
public class ErasureLedgerReplayJob extends AbstractBatchlet {
  @Inject private EraseService erasures;
  @Inject private Apart apart;

  @Override
  public String process() throws Exception {
    return apart.call(() -> "replayed=" + erasures.replayLedger());
  }
}
