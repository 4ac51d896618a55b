package io.perdura.kernel;

import java.util.List;

/**
 * A module's settings, found through {@link java.util.ServiceLoader} so that a server can check all
 * of them before it starts.
 */
public interface SettingCatalog {
  /** Every setting that the module reads. */
  List<Setting<?>> settings();

  /**
   * Rules over several settings; each returned line is a fault, {@code NAME: reason}. Reading a
   * faulty value ends the check with IllegalArgumentException: that fault is listed already.
   */
  default List<String> check(Settings settings) {
    return List.of();
  }
}
