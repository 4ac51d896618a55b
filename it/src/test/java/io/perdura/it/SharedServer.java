package io.perdura.it;

import io.perdura.schema.TestDatabase;

/** One running server for all contract tests of a JVM; each test uses a scope of its own. */
final class SharedServer {
  private static SharedServer instance;

  private final TestDatabase database;
  private final LibertyServer server;

  private SharedServer() {
    database = TestDatabase.fresh();
    server =
        new LibertyServer("contract", database.jdbcUrl(), database.user(), database.password())
            .start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  if (server.isAlive()) {
                    server.kill();
                  }
                },
                "stop-contract-server"));
  }

  static synchronized SharedServer get() {
    if (instance == null) {
      instance = new SharedServer();
    }
    return instance;
  }

  Api api() {
    return server.api();
  }

  LibertyServer server() {
    return server;
  }

  TestDatabase database() {
    return database;
  }
}
