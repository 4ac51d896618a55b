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
   * Rules over several settings; each returned line is a fault, {@code NAME: reason}. A value that
   * is faulty by itself, and so listed already, reads as its fallback here.
   */
  default List<String> check(Settings settings) {
    return List.of();
  }
}
