package io.perdura.benchmarks;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Where the database is, from {@code postgres://user:password@host:port/database}. */
record DatabaseAddress(String host, int port, String name, String user, String password) {

  static DatabaseAddress of(String url) {
    URI uri = URI.create(url);
    String[] credentials = uri.getUserInfo().split(":", 2);
    return new DatabaseAddress(
        uri.getHost(), uri.getPort(), uri.getPath().substring(1), credentials[0], credentials[1]);
  }

  DatabaseAddress withName(String other) {
    return new DatabaseAddress(host, port, other, user, password);
  }

  DatabaseAddress withPort(int other) {
    return new DatabaseAddress(host, other, name, user, password);
  }

  String url() {
    return "postgres://%s:%s@%s:%d/%s".formatted(user, password, host, port, name);
  }

  /**
   * Connects with what the service's own pool uses, so that floor and service talk to the driver
   * alike.
   */
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("prepareThreshold", "3");
    properties.setProperty("preparedStatementCacheQueries", "512");
    properties.setProperty("ApplicationName", "perdura-benchmark");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(host, port, name), properties);
  }
}
