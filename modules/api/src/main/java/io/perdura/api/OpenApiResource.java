package io.perdura.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;

/** The API's own description, as written: YAML, or JSON when asked for. */
@ApplicationScoped
@Path("/openapi")
public class OpenApiResource {
  private static final String DOCUMENT = "/META-INF/openapi.yaml";

  /**
   * Returns the document.
   *
   * @throws IOException never in a complete build: the document is part of it
   */
  @GET
  public Response openApi(@QueryParam("format") String format, @HeaderParam("accept") String accept)
      throws IOException {
    boolean json =
        format != null
            ? format.equalsIgnoreCase("json")
            : accept != null && accept.contains("application/json");
    try (InputStream in = OpenApiResource.class.getResourceAsStream(DOCUMENT)) {
      if (!json) {
        return Response.ok(in.readAllBytes())
            .header("content-type", "application/yaml; charset=utf-8")
            .build();
      }
      JsonNode document = new YAMLMapper().readTree(in);
      return Answers.json(200, document);
    }
  }
}
