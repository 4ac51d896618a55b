package io.perdura.api;

import io.perdura.kernel.Settings;
import io.perdura.memory.FindRequest;
import io.perdura.memory.FindService;
import io.perdura.memory.WriteRequest;
import io.perdura.memory.WriteService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Write and find (contract, sections 3 and 4). */
@ApplicationScoped
@Path("/v1/memory")
public class MemoryResource {
  private final Calls calls;
  private final Settings settings;
  private final WriteService writes;
  private final FindService finds;

  /** For the container's proxy. */
  protected MemoryResource() {
    this(null, null, null, null);
  }

  @Inject
  public MemoryResource(Calls calls, Settings settings, WriteService writes, FindService finds) {
    this.calls = calls;
    this.settings = settings;
    this.writes = writes;
    this.finds = finds;
  }

  @POST
  @Path("write")
  public Response write(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> WriteRequest.read(body, settings),
        (write, call) -> writes.write(write.by(call.identity()), call.once()));
  }

  @POST
  @Path("find")
  public Response find(@Context HttpServletRequest request) throws IOException {
    return calls.post(
        request,
        body -> FindRequest.read(body, settings),
        (find, call) -> Call.fresh(finds.find(find)));
  }
}
