package io.perdura.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Versions that were fixed when this command was built. */
public final class Versions {
  private static final Properties VALUES = load();

  private Versions() {}

  /** The version of Perdura. */
  public static String current() {
    return VALUES.getProperty("perdura");
  }

  static String liberty() {
    return VALUES.getProperty("liberty");
  }

  static String postgresDriver() {
    return VALUES.getProperty("postgresql-driver");
  }

  private static Properties load() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
