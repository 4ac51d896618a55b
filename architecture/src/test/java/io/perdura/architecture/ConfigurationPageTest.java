package io.perdura.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.perdura.kernel.Setting;
import io.perdura.kernel.SettingCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** docs/configuration.md names every setting that a server reads, with its default. */
class ConfigurationPageTest {
  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  private static Map<String, Setting<?>> settings() {
    Map<String, Setting<?>> all = new TreeMap<>();
    for (SettingCatalog catalog : ServiceLoader.load(SettingCatalog.class)) {
      catalog.settings().forEach(setting -> all.put(setting.name(), setting));
    }
    return all;
  }

  @Test
  void everyModuleThatDeclaresSettingsIsSeen() {
    assertTrue(settings().size() > 50, () -> "only " + settings().size() + " settings were found");
  }

  @Test
  void everySettingIsDocumentedWithItsDefault() throws IOException {
    String page = Files.readString(PAGE);
    List<String> missing =
        settings().values().stream()
            .map(setting -> "| `" + setting.name() + "` | " + printed(setting) + " |")
            .filter(row -> !page.contains(row))
            .toList();

    assertEquals(List.of(), missing, "rows that docs/configuration.md should have");
  }

  private static String printed(Setting<?> setting) {
    Object value = setting.fallback();
    if (value == null) {
      return "-";
    }
    String text = value.toString();
    return "`" + (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + "`";
  }
}
