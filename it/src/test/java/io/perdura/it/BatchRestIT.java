package io.perdura.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Jsons;
import io.perdura.schema.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Liberty's batch REST interface, for administrators' own tools: who may do what, and that it
 * works.
 */
class BatchRestIT {
  private static final String SECRET = "of-the-batch-administrators";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  @TempDir private Path directory;

  @Test
  void eachRoleMayWhatItsNameSaysAndRunsFromOutsideAreRecorded() throws Exception {
    Path keystore = directory.resolve("batch.p12");
    KeyStore trusted = TlsIT.makeKey(keystore, "batch");
    int port = LibertyServer.freePort();
    try (TestDatabase database = TestDatabase.fresh();
        LibertyServer server =
            new LibertyServer("batch", database.jdbcUrl(), database.user(), database.password())
                .withBatchRest(keystore, TlsIT.PASSWORD, port, SECRET)
                .start()) {
      Tool tool = new Tool(client(trusted), "https://localhost:" + port + "/ibm/api/batch/");
      assertThat(tool.get(null, "jobinstances").statusCode()).isEqualTo(401);
      assertThat(tool.get("batch-monitor", "jobinstances").statusCode()).isEqualTo(200);
      // Liberty says 401 where the role is missing, too.
      assertThat(tool.submit("batch-monitor", "no").statusCode()).isEqualTo(401);

      HttpResponse<String> submitted = tool.submit("batch-submitter", "mine");
      assertThat(submitted.statusCode()).as(submitted.body()).isEqualTo(201);
      long instance = Jsons.stored(submitted.body()).get("instanceId").asLong();
      String path = "jobinstances/" + instance;
      Poll.until(
          "the job completed",
          PATIENCE,
          () ->
              Jsons.stored(tool.get("batch-admin", path).body())
                  .path("batchStatus")
                  .asText()
                  .equals("COMPLETED"),
          server::logText);
      Poll.until(
          "its run is recorded",
          PATIENCE,
          () -> runs(server).findValuesAsText("requested_by").contains("batch runtime"),
          server::logText);

      // The server's own work goes on although the runtime asks for roles now.
      Api.Answer asked =
          server
              .api()
              .post(
                  "/v1/admin/control/jobs/outbox-replay/runs",
                  "{\"parameters\":{\"all-failed\":true,\"dry-run\":true,\"reason\":\"ours\"}}",
                  Api.ADMIN);
      assertThat(asked.status()).as(asked.text()).isEqualTo(202);
      Poll.until(
          "both runs succeeded",
          PATIENCE,
          () -> runs(server).findValuesAsText("state").equals(List.of("succeeded", "succeeded")),
          server::logText);
    }
  }

  private static JsonNode runs(LibertyServer server) {
    return server.api().get("/v1/admin/control/job-runs", Api.ADMIN).ok().get("runs");
  }

  /** What an administrator's tool sends. */
  private record Tool(HttpClient client, String base) {
    HttpResponse<String> get(String user, String path) {
      return send(user, HttpRequest.newBuilder(URI.create(base + path)).GET());
    }

    HttpResponse<String> submit(String user, String reason) {
      String job =
          "{\"applicationName\":\"perdura\",\"moduleName\":\"batch-jobs.war\",\"jobXMLName\":\"outbox-replay\","
              + "\"jobParameters\":{\"all-failed\":\"true\",\"dry-run\":\"true\",\"reason\":\""
              + reason
              + "\"}}";
      return send(
          user,
          HttpRequest.newBuilder(URI.create(base + "jobinstances"))
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(job)));
    }

    private HttpResponse<String> send(String user, HttpRequest.Builder request) {
      if (user != null) {
        byte[] pair = (user + ":" + SECRET).getBytes(StandardCharsets.UTF_8);
        request.header("authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
      }
      try {
        return client.send(
            request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private static HttpClient client(KeyStore trusted) throws GeneralSecurityException {
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(context).build();
  }
}
