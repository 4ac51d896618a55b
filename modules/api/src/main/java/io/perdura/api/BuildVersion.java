package io.perdura.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version that this build was made as. */
final class BuildVersion {
  private BuildVersion() {}

  static String read() {
    try (InputStream in = BuildVersion.class.getResourceAsStream("/META-INF/perdura.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException("the build's own properties cannot be read", e);
    }
  }
}
