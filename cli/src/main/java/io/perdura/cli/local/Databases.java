package io.perdura.cli.local;

import io.perdura.cli.config.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections for the commands that talk to the database themselves. */
public final class Databases {
  private static final int CONNECT_SECONDS = 5;

  private Databases() {}

  /** A source of plain connections that gives up on a dead host after five seconds. */
  public static PGSimpleDataSource source(DatabaseUrl url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setURL(url.jdbcUrl());
    source.setUser(url.user());
    source.setPassword(url.password());
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setLoginTimeout(CONNECT_SECONDS * 2);
    source.setTcpKeepAlive(true);
    source.setTargetServerType("primary");
    source.setApplicationName("perdura-cli");
    if (!url.options().isEmpty()) {
      source.setOptions(url.options());
    }
    return source;
  }

  public static Connection connect(DatabaseUrl url) throws SQLException {
    return source(url).getConnection();
  }
}
