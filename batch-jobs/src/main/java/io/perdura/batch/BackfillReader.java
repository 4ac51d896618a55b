package io.perdura.batch;

import io.perdura.memory.GenerationBackfill;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.chunk.AbstractItemReader;
import jakarta.batch.runtime.context.StepContext;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.io.Serializable;
import java.util.List;

/**
 * Says which page of nodes is next. A page is an item and a chunk: {@link BackfillProcessor} embeds
 * it and moves the position on, so the checkpoint taken afterwards lies behind it. A page that is
 * done again after a crash finds its vectors stored and changes nothing.
 */
@Dependent
@Named("backfillReader")
public class BackfillReader extends AbstractItemReader {
  @Inject private GenerationBackfill backfill;
  @Inject private Apart apart;
  @Inject private StepContext step;

  @Inject
  @BatchProperty(name = "scope")
  private String scope;

  @Inject
  @BatchProperty(name = "dry-run")
  private String dryRun;

  @Override
  public void open(Serializable checkpoint) throws Exception {
    BackfillPosition position =
        checkpoint instanceof BackfillPosition stored
            ? stored
            : new BackfillPosition(nextScope(null), null);
    step.setTransientUserData(position);
  }

  @Override
  public Object readItem() throws Exception {
    BackfillPosition position = position();
    if (position.scope() != null && BackfillProcessor.isScopeDone(position)) {
      position = new BackfillPosition(nextScope(position.scope()), null);
      step.setTransientUserData(position);
    }
    return position.scope() == null ? null : position;
  }

  @Override
  public Serializable checkpointInfo() {
    return position();
  }

  private BackfillPosition position() {
    return (BackfillPosition) step.getTransientUserData();
  }

  /**
   * The first scope after {@code done} that is on another generation; only the given one, if any.
   */
  private String nextScope(String done) throws Exception {
    if (Boolean.parseBoolean(dryRun)) {
      return null;
    }
    if (scope != null && !scope.isBlank()) {
      return done == null ? scope : null;
    }
    List<String> open = apart.call(backfill::scopes);
    return open.stream()
        .filter(name -> done == null || name.compareTo(done) > 0)
        .findFirst()
        .orElse(null);
  }
}
