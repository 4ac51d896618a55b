package io.perdura.memory;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;

/** Gives private rules that nobody owns an owner. */
@ApplicationScoped
public class PrivateRuleOwnerBackfill extends OwnerBackfill {
  @Inject
  PrivateRuleOwnerBackfill(
      Settings settings, Generations generations, VectorEvents vectorEvents, Clock clock) {
    super(
        "private-rule-owner-backfill",
        "Gives private rules that nobody owns an owner.",
        settings,
        generations,
        vectorEvents,
        clock);
  }

  protected PrivateRuleOwnerBackfill() {
    this(null, null, null, null);
  }

  /** A backfill without container, for tests and tools. */
  public static PrivateRuleOwnerBackfill of(
      Settings settings, Generations generations, Clock clock) {
    return new PrivateRuleOwnerBackfill(settings, generations, VectorEvents.silent(), clock);
  }

  @Override
  boolean rulesOnly() {
    return true;
  }
}
