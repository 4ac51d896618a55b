package io.perdura.api;

import io.perdura.kernel.Settings;
import io.perdura.memory.PackExportRequest;
import io.perdura.memory.PackImportRequest;
import io.perdura.memory.PackService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Packs: a scope's memory as one document (contract, section 7); opened by the admin token. */
@ApplicationScoped
@Path("/v1/memory/packs")
public class PackResource {
  private final Calls calls;
  private final Settings settings;
  private final PackService packs;

  /** For the container's proxy. */
  protected PackResource() {
    this(null, null, null);
  }

  @Inject
  public PackResource(Calls calls, Settings settings, PackService packs) {
    this.calls = calls;
    this.settings = settings;
    this.packs = packs;
  }

  @POST
  @Path("export")
  public Response export(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> PackExportRequest.read(body, settings),
        (wish, call) -> Call.fresh(packs.export(wish)));
  }

  @POST
  @Path("import")
  public Response importPack(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> PackImportRequest.read(body, settings),
        (pack, call) -> packs.importPack(pack, call.once()));
  }
}
