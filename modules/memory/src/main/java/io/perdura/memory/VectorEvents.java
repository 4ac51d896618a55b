package io.perdura.memory;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tells the candidate index of this process about changed vectors. */
@ApplicationScoped
class VectorEvents {
  private static final Logger LOG = Logger.getLogger(VectorEvents.class.getName());

  private final Event<VectorsChanged> event;

  @Inject
  VectorEvents(Event<VectorsChanged> event) {
    this.event = event;
  }

  protected VectorEvents() {
    this(null);
  }

  /** Nobody listens, for tests and tools. */
  static VectorEvents silent() {
    return new VectorEvents(null);
  }

  /** Call it after the commit. Never throws: an index that missed this catches up by itself. */
  void fire(VectorsChanged change) {
    if (event == null) {
      return;
    }
    try {
      event.fire(change);
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "an observer of changed vectors failed; the index catches up on its own",
          e);
    }
  }
}
