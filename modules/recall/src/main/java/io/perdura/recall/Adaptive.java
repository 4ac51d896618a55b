package io.perdura.recall;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;

/**
 * Smaller knobs for requests that had to wait at the in-flight gate (contract, section 5.3), unless
 * the caller chose knobs of their own.
 *
 * @param knobs what is in force
 * @param profile base profile, or the target profile once it applies
 * @param profileReason why the target profile applies or not
 * @param capReason why the hard cap applies or not
 */
record Adaptive(Knobs knobs, String profile, String profileReason, String capReason) {
  private static final String QUEUE_PRESSURE = "queue_pressure";
  private static final String HARD_CAP = "queue_pressure_hard_cap";

  static Adaptive apply(KnobChoice choice, long waitMs, Settings settings) {
    String target = settings.get(RecallSettings.ADAPTIVE_TARGET_PROFILE);
    String profileReason = profileReason(choice, target, waitMs, settings);
    boolean downgraded = profileReason.equals(QUEUE_PRESSURE);
    Knobs knobs = downgraded ? Knobs.ofProfile(target) : choice.values();
    Knobs capped = knobs.cappedBy(RecallSettings.hardCap(settings));
    String capReason = capReason(choice, knobs.equals(capped), waitMs, settings);
    return new Adaptive(
        capReason.equals(HARD_CAP) ? capped : knobs,
        downgraded ? target : choice.profile(),
        profileReason,
        capReason);
  }

  private static String profileReason(
      KnobChoice choice, String target, long waitMs, Settings settings) {
    if (!settings.get(RecallSettings.ADAPTIVE_DOWNGRADE_ENABLED)) {
      return "disabled";
    }
    if (choice.explicit()) {
      return "explicit_knobs";
    }
    if (waitMs < settings.get(RecallSettings.ADAPTIVE_DOWNGRADE_WAIT_MS)) {
      return "wait_below_threshold";
    }
    return choice.profile().equals(target) ? "already_target_profile" : QUEUE_PRESSURE;
  }

  private static String capReason(
      KnobChoice choice, boolean small, long waitMs, Settings settings) {
    if (!settings.get(RecallSettings.HARD_CAP_ENABLED)) {
      return "disabled";
    }
    if (choice.explicit()) {
      return "explicit_knobs";
    }
    if (waitMs < settings.get(RecallSettings.HARD_CAP_WAIT_MS)) {
      return "wait_below_threshold";
    }
    return small ? "already_capped" : HARD_CAP;
  }

  ObjectNode toJson() {
    ObjectNode json = Jsons.object();
    json.putObject("profile")
        .put("profile", profile)
        .put("applied", profileReason.equals(QUEUE_PRESSURE))
        .put("reason", profileReason);
    json.putObject("hard_cap").put("applied", capReason.equals(HARD_CAP)).put("reason", capReason);
    return json;
  }
}
