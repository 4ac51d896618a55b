package io.perdura.batch;

import java.io.Serializable;

/**
 * The checkpoint of one partition of the drain: how far its execution has come. Nothing is resumed
 * from it, because the list of what is left to do is the outbox itself.
 *
 * @param events handed out
 * @param chunks ended, idle ones among them
 */
record DrainProgress(long events, long chunks) implements Serializable {
  private static final long serialVersionUID = 1L;

  static final DrainProgress NONE = new DrainProgress(0, 0);

  DrainProgress plusEvent() {
    return new DrainProgress(events + 1, chunks);
  }

  DrainProgress plusChunk() {
    return new DrainProgress(events, chunks + 1);
  }
}
