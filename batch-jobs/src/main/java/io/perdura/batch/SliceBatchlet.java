package io.perdura.batch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.jobs.RunBook;
import io.perdura.jobs.RunHandle;
import io.perdura.jobs.SlicedWork;
import jakarta.batch.api.BatchProperty;
import jakarta.batch.api.Batchlet;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Does one slice of a run, outside the container's transaction, and keeps what it found. A slice
 * that is told to stop finds nothing, and is done by the attempt that follows.
 */
@Dependent
@Named("sliceBatchlet")
public class SliceBatchlet implements Batchlet {
  private static final Logger LOG = Logger.getLogger(SliceBatchlet.class.getName());

  @Inject private RunDesk desk;
  @Inject private RunBook book;
  @Inject private Apart apart;

  @Inject
  @BatchProperty(name = "slice")
  private String slice;

  /** The execution that this partition is a part of. */
  @Inject
  @BatchProperty(name = "execution")
  private String execution;

  private volatile boolean stopping;
  private volatile RunProgress progress;

  @Override
  public String process() throws Exception {
    RunHandle run = desk.of(Long.parseLong(execution));
    boolean whole = slice.equals(SliceMapper.WHOLE);
    RunProgress watched = new RunProgress(run, whole ? book : null);
    progress = watched;
    if (stopping) {
      watched.stop();
    }
    // One slice that failed is enough: the others wait for the next attempt.
    if (slice.equals(SliceMapper.NONE) || run.failure() != null || watched.isStopping()) {
      return slice;
    }
    try {
      apart.run(() -> work(run, whole, watched));
    } catch (Exception e) {
      if (!watched.isToldToStop()) {
        run.failed(e);
        throw e;
      }
      LOG.log(Level.FINE, "stopped", e);
    }
    return slice;
  }

  private void work(RunHandle run, boolean whole, RunProgress watched) throws Exception {
    SlicedWork work = (SlicedWork) run.work();
    if (whole) {
      var result = work.whole(run.parameters(), watched);
      if (!watched.isToldToStop()) {
        run.result(result);
      }
      return;
    }
    int number = Integer.parseInt(slice);
    ObjectNode plan = new SlicedWork.State(run.state()).plan();
    ObjectNode found = work.slice(run.parameters(), plan, number, watched);
    if (!watched.isToldToStop()) {
      book.keep(run, number, found);
    }
  }

  @Override
  public void stop() {
    stopping = true;
    RunProgress watched = progress;
    if (watched != null) {
      watched.stop();
    }
  }
}
