package io.perdura.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The configuration of this process: environment variables (or any MicroProfile Config source) with
 * the mode presets filled in.
 *
 * <p>Explicit values always win over presets. Values are parsed once and never change while the
 * process lives.
 */
public class Settings {
  private static final Logger LOG = Logger.getLogger(Settings.class.getName());

  private final Function<String, String> lookup;
  private final Map<Setting<?>, Optional<Object>> values = new ConcurrentHashMap<>();

  /** {@code source} returns a variable's text, null when it is unset. */
  public Settings(Function<String, String> source) {
    this.lookup = Presets.over(source);
  }

  /** Settings from a map, for tests and tools. */
  public static Settings of(Map<String, String> values) {
    return new Settings(values::get);
  }

  /** These settings with some of them replaced. */
  public Settings with(Map<String, String> replaced) {
    return new Settings(
        name -> replaced.containsKey(name) ? replaced.get(name) : lookup.apply(name));
  }

  /**
   * Returns the value of {@code setting}; throws IllegalArgumentException when the text is invalid.
   */
  @SuppressWarnings("unchecked") // the map is keyed by the setting that parsed the value
  public <T> T get(Setting<T> setting) {
    return (T) values.computeIfAbsent(setting, this::read).orElse(null);
  }

  private Optional<Object> read(Setting<?> setting) {
    String text = lookup.apply(setting.name());
    return Optional.ofNullable(text == null ? setting.fallback() : setting.parse(text));
  }

  /** The configured default tenant and scope. */
  public ScopeKey.Defaults defaults() {
    return new ScopeKey.Defaults(
        get(CoreSettings.MEMORY_TENANT_ID), get(CoreSettings.MEMORY_SCOPE));
  }

  public boolean isProduction() {
    return get(CoreSettings.APP_ENV).equals("prod");
  }

  /**
   * Returns every fault of every module's settings, one {@code NAME: reason} a line; empty when all
   * is well.
   */
  public List<String> faults() {
    List<SettingCatalog> catalogs = new ArrayList<>();
    ServiceLoader.load(SettingCatalog.class, Settings.class.getClassLoader())
        .forEach(catalogs::add);
    return faults(catalogs);
  }

  /** Like {@link #faults()} for the given catalogs. */
  public List<String> faults(List<SettingCatalog> catalogs) {
    List<String> faults = new ArrayList<>(Presets.faults(lookup));
    for (SettingCatalog catalog : catalogs) {
      for (Setting<?> setting : catalog.settings()) {
        try {
          get(setting);
        } catch (IllegalArgumentException e) {
          faults.add(setting.name() + ": " + e.getMessage());
        }
      }
    }
    for (SettingCatalog catalog : catalogs) {
      try {
        faults.addAll(catalog.check(new Forgiving(lookup)));
      } catch (IllegalArgumentException e) {
        LOG.log(Level.FINE, "rules that cannot be checked yet", e);
      }
    }
    return faults;
  }

  /**
   * Has the fallback where a value is faulty: the fault is listed already, and must not hide those
   * of other values.
   */
  private static final class Forgiving extends Settings {
    private Forgiving(Function<String, String> lookup) {
      super(lookup);
    }

    @Override
    public <T> T get(Setting<T> setting) {
      try {
        return super.get(setting);
      } catch (IllegalArgumentException e) {
        LOG.log(Level.FINE, "a faulty value, listed already", e);
        return setting.fallback();
      }
    }
  }
}
