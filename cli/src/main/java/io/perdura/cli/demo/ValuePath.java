package io.perdura.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.service.ServiceClient;
import java.time.Duration;

/** The demo for gates: the same path, in a scope that the caller erases, without a restart. */
public final class ValuePath {
  private ValuePath() {}

  /** Walks the path and returns the demo's report. */
  public static ObjectNode walk(
      ServiceClient client, String tenant, String scope, Duration embeddingLimit) {
    return new Demo(new MemoryClient(client, tenant), Console.silent(), scope, embeddingLimit)
        .run(() -> false)
        .toJson();
  }
}
