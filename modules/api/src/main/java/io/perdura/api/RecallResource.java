package io.perdura.api;

import io.perdura.embedding.Embeddings;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Once;
import io.perdura.kernel.Settings;
import io.perdura.recall.RecallRequest;
import io.perdura.recall.RecallService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Recall by vector and by words (contract, section 5). */
@ApplicationScoped
@Path("/v1/memory")
public class RecallResource {
  private final Calls calls;
  private final Settings settings;
  private final Embeddings embeddings;
  private final RecallService recalls;

  /** For the container's proxy. */
  protected RecallResource() {
    this(null, null, null, null);
  }

  @Inject
  public RecallResource(
      Calls calls, Settings settings, Embeddings embeddings, RecallService recalls) {
    this.calls = calls;
    this.settings = settings;
    this.embeddings = embeddings;
    this.recalls = recalls;
  }

  @POST
  @Path("recall")
  public Response recall(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> RecallRequest.read(body, RecallRequest.Kind.RECALL, settings),
        this::recall);
  }

  @POST
  @Path("recall_text")
  public Response recallText(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> {
          requireProvider(embeddings);
          return RecallRequest.read(body, RecallRequest.Kind.RECALL_TEXT, settings);
        },
        this::recall);
  }

  private Once.Answer recall(RecallRequest recall, Call call) {
    return Call.fresh(recalls.recall(recall, call.recallOptions()));
  }

  /** The contract tells a missing provider before any fault of the body. */
  static void requireProvider(Embeddings embeddings) {
    if (embeddings.provider().isEmpty()) {
      throw ApiException.badRequest(
          "no_embedding_provider", "this server has no embedding provider; use recall", null);
    }
  }
}
