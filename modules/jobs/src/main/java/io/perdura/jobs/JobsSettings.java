package io.perdura.jobs;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.util.List;

/** Settings of the room of jobs. */
public final class JobsSettings implements SettingCatalog {
  /** Runs that one server works on at once. */
  public static final Setting<Integer> PERDURA_JOB_SLOTS =
      Setting.integer("PERDURA_JOB_SLOTS", 4, 1, 64);

  @Override
  public List<Setting<?>> settings() {
    return List.of(PERDURA_JOB_SLOTS);
  }
}
