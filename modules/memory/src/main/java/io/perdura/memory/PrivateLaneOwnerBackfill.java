package io.perdura.memory;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;

/** Gives private nodes of every type that nobody owns an owner. */
@ApplicationScoped
public class PrivateLaneOwnerBackfill extends OwnerBackfill {
  @Inject
  PrivateLaneOwnerBackfill(
      Settings settings, Generations generations, VectorEvents vectorEvents, Clock clock) {
    super(
        "private-lane-owner-backfill",
        "Gives private nodes of every type that nobody owns an owner.",
        settings,
        generations,
        vectorEvents,
        clock);
  }

  protected PrivateLaneOwnerBackfill() {
    this(null, null, null, null);
  }

  /** A backfill without container, for tests and tools. */
  public static PrivateLaneOwnerBackfill of(
      Settings settings, Generations generations, Clock clock) {
    return new PrivateLaneOwnerBackfill(settings, generations, VectorEvents.silent(), clock);
  }

  @Override
  boolean rulesOnly() {
    return false;
  }
}
