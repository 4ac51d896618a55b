package io.perdura.client;

import io.perdura.client.model.ChainVerdict;
import io.perdura.client.model.EraseAnswer;
import io.perdura.client.model.EraseNodeRequest;
import io.perdura.client.model.EraseResidueRequest;
import io.perdura.client.model.EraseScopeRequest;
import io.perdura.client.model.EraseSessionRequest;
import io.perdura.client.model.EraseTenantRequest;
import io.perdura.client.model.ErasureLedger;
import io.perdura.client.model.ReplayErasuresAnswer;
import io.perdura.client.model.ReplayErasuresRequest;
import io.perdura.client.model.Residue;
import io.perdura.client.model.VerifyChainRequest;

/** What has to be forgotten for good, and proof of it. */
public final class Erasure {
  private final Perdura client;

  Erasure(Perdura client) {
    this.client = client;
  }

  /** *Perdura*: erase one node: <code>eraseNode</code>. */
  public Call<EraseAnswer> node(EraseNodeRequest request) {
    return client.call(Operation.ERASE_NODE, EraseAnswer.class).body(request);
  }

  /** *Perdura*: erase a session and its events: <code>eraseSession</code>. */
  public Call<EraseAnswer> session(EraseSessionRequest request) {
    return client.call(Operation.ERASE_SESSION, EraseAnswer.class).body(request);
  }

  /** *Perdura*: erase a scope: <code>eraseScope</code>. */
  public Call<EraseAnswer> scope(EraseScopeRequest request) {
    return client.call(Operation.ERASE_SCOPE, EraseAnswer.class).body(request);
  }

  /** *Perdura*: erase a tenant: <code>eraseTenant</code>. */
  public Call<EraseAnswer> tenant(EraseTenantRequest request) {
    return client.call(Operation.ERASE_TENANT, EraseAnswer.class).body(request);
  }

  /** *Perdura*: what is left of a target, in every table: <code>eraseResidue</code>. */
  public Call<Residue> residue(EraseResidueRequest request) {
    return client.call(Operation.ERASE_RESIDUE, Residue.class).body(request);
  }

  /**
   * *Perdura*: every erasure so far; keep it apart from backups: <code>exportErasureLedger</code>.
   */
  public Call<ErasureLedger> ledger() {
    return client.call(Operation.EXPORT_ERASURE_LEDGER, ErasureLedger.class);
  }

  /** *Perdura*: apply the ledger again, after any restore: <code>replayErasures</code>. */
  public Call<ReplayErasuresAnswer> replay(ReplayErasuresRequest request) {
    return client.call(Operation.REPLAY_ERASURES, ReplayErasuresAnswer.class).body(request);
  }

  /** *Perdura*: recompute the hashes of a scope's commits: <code>verifyChain</code>. */
  public Call<ChainVerdict> verifyChain(VerifyChainRequest request) {
    return client.call(Operation.VERIFY_CHAIN, ChainVerdict.class).body(request);
  }
}
