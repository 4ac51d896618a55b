package io.perdura.cli;

import com.sun.net.httpserver.HttpServer;
import io.perdura.cli.local.Installation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;

/**
 * An installation whose server is a small Java program: it answers readiness on PORT, or does what
 * the variable FAKE_SERVER says ({@code die}, {@code broken-application}, {@code never-ready}).
 */
public final class FakeLiberty {
  private FakeLiberty() {}

  /** Lays the installation out below {@code home}. */
  static Installation in(Path home) throws IOException {
    Path server = home.resolve("wlp/bin/server");
    Files.createDirectories(server.getParent());
    Files.createDirectories(home.resolve("wlp/usr/servers/perdura/apps"));
    Files.writeString(home.resolve("wlp/usr/servers/perdura/server.xml"), "<server/>");
    Files.writeString(home.resolve("wlp/usr/servers/perdura/apps/perdura.ear"), "one");
    Files.writeString(
        server,
        "#!/bin/sh\nexec \"$JAVA_HOME/bin/java\" -cp '"
            + System.getProperty("java.class.path")
            + "' "
            + FakeLiberty.class.getName()
            + "\n");
    Files.setPosixFilePermissions(server, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Installation(home, true);
  }

  /** The server process. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String mode = System.getenv().getOrDefault("FAKE_SERVER", "well");
    Path logs = Path.of(System.getenv("WLP_OUTPUT_DIR"), "perdura", "logs");
    Files.createDirectories(logs);
    if (mode.equals("die")) {
      log(logs, "ERROR", "settings are wrong: EMBEDDING_DIM: must be a number");
      System.out.println("last words");
      return;
    }
    if (mode.equals("broken-application")) {
      log(
          logs,
          "ERROR",
          "CWWKZ0002E: An exception occurred while starting the application perdura.");
    } else {
      serve(mode.equals("never-ready") ? 503 : 200);
    }
    new CountDownLatch(1).await();
  }

  private static void serve(int status) throws IOException {
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext(
        "/health/ready",
        exchange -> {
          byte[] body =
              (System.getenv("PERDURA_DB_URL") + " " + System.getenv("DATABASE_URL"))
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private static void log(Path logs, String level, String message) throws IOException {
    Files.writeString(
        logs.resolve("messages.log"),
        "{\"ibm_datetime\":\"now\",\"loglevel\":\""
            + level
            + "\",\"message\":\""
            + message
            + "\"}\n");
  }
}
