package io.perdura.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** Everything that a run found out, as JSON for machines and as tables for people. */
final class Report {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** What was measured at one size; parts that were not asked for are null or empty. */
  record Size(
      int events,
      int dimension,
      double seedSeconds,
      List<Series> series,
      List<Reference.Result> reference,
      List<Quality.Result> quality,
      TripCount.Result roundTrips,
      List<OutboxSpeed.Result> outbox,
      Footprint.Result footprint,
      Soak.Result soak,
      List<Overload.Result> overload,
      List<AccessCost.Result> access) {}

  private final List<Size> sizes = new ArrayList<>();

  void add(Size size) {
    sizes.add(size);
  }

  /**
   * Writes {@code latest.json} and {@code latest.md}; called after each size, so that a broken run
   * keeps its part.
   */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    ObjectNode root = MAPPER.createObjectNode();
    root.put("processors", Runtime.getRuntime().availableProcessors());
    root.put("java", Runtime.version().toString());
    ArrayNode all = root.putArray("sizes");
    for (Size size : sizes) {
      ObjectNode node = MAPPER.valueToTree(size);
      for (int i = 0; i < size.series().size(); i++) {
        ObjectNode series = (ObjectNode) node.withArray("series").get(i);
        series.put("median_ratio", size.series().get(i).medianRatio());
        series.put("throughput_ratio", size.series().get(i).throughputRatio());
      }
      for (int i = 0; i < size.reference().size(); i++) {
        ((ObjectNode) node.withArray("reference").get(i))
            .put("multiple", size.reference().get(i).multiple());
      }
      for (int i = 0; i < size.overload().size(); i++) {
        ((ObjectNode) node.withArray("overload").get(i))
            .put("goodput_ratio", size.overload().get(i).goodputRatio());
      }
      all.add(node);
    }
    MAPPER.writeValue(directory.resolve("latest.json").toFile(), root);
    Files.writeString(directory.resolve("latest.md"), tables());
  }

  private String tables() {
    Formatter out = new Formatter(Locale.ROOT);
    for (Size size : sizes) {
      out.format("### %,d events, dimension %d%n", size.events(), size.dimension());
      speed(out, size.series());
      reference(out, size);
      overload(out, size.overload());
      access(out, size.access());
      others(out, size);
    }
    return out.toString();
  }

  private static void speed(Formatter out, List<Series> all) {
    if (all.isEmpty()) {
      return;
    }
    out.format(
        "| operation | clients | layer | p50 ms | p95 ms | p99 ms | per second | server CPU ms | database CPU ms |"
            + " allocated KB | p50 / floors | throughput / floors |%n");
    out.format(
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |%n");
    for (Series series : all) {
      row(out, series, "SQL floor", series.sql(), false);
      row(out, series, "HTTP floor", series.http(), true);
      row(out, series, "service", series.service(), true);
    }
    out.format("%n");
  }

  private static void row(
      Formatter out, Series series, String layer, Measured m, boolean throughServer) {
    boolean service = layer.equals("service");
    out.format(
        "| %s | %d | %s | %.2f | %.2f | %.2f | %.0f | %s | %.2f | %s | %s | %s |%n",
        series.operation(),
        series.concurrency(),
        layer,
        m.p50(),
        m.p95(),
        m.p99(),
        m.perSecond(),
        throughServer ? "%.2f".formatted(m.serverCpuMillis()) : "",
        m.databaseCpuMillis(),
        throughServer ? "%.0f".formatted(m.allocatedKilobytes()) : "",
        service ? "%.2f".formatted(series.medianRatio()) : "",
        service ? "%.2f".formatted(series.throughputRatio()) : "");
  }

  /** Multiples of the reference system's figures, where the size is the one they are of. */
  private static void reference(Formatter out, Size size) {
    if (size.reference().isEmpty()) {
      return;
    }
    boolean comparable = Reference.isComparable(size.events(), size.dimension());
    out.format(
        "| operation | clients | per second | p50 ms | p95 ms | p99 ms | reference | times the reference | aim |%n");
    out.format("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |%n");
    for (Reference.Result r : size.reference()) {
      Measured m = r.service();
      out.format(
          "| %s | %d | %.0f | %.2f | %.2f | %.2f | %s | %s | %s |%n",
          r.operation(),
          r.clients(),
          m.perSecond(),
          m.p50(),
          m.p95(),
          m.p99(),
          comparable ? "%.0f".formatted(r.reference()) : "",
          comparable ? "%.1f".formatted(r.multiple()) : "",
          comparable ? "%.0f".formatted(r.aim()) : "");
    }
    out.format("%n");
  }

  private static void overload(Formatter out, List<Overload.Result> all) {
    if (all.isEmpty()) {
      return;
    }
    out.format(
        "| operation | load / capacity | goodput / capacity | p50 ms | p99 ms | refused | p99 ms of refusals | lost |%n");
    out.format("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |%n");
    for (Overload.Result r : all) {
      out.format(
          "| %s | %.1f | %.2f | %.0f | %.0f | %.2f | %.0f | %.3f |%n",
          r.operation(),
          r.times(),
          r.goodputRatio(),
          r.load().p50(),
          r.load().p99(),
          r.load().refused(),
          r.load().refusedP99(),
          r.load().lost());
    }
    out.format("%n");
  }

  private static void access(Formatter out, List<AccessCost.Result> all) {
    if (all.isEmpty()) {
      return;
    }
    out.format(
        "| operation | checks | p50 ms | p95 ms | p99 ms | server CPU ms | database CPU ms | p50 / nobody is asked |%n");
    out.format("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |%n");
    for (AccessCost.Result r : all) {
      Measured m = r.service();
      out.format(
          "| %s | %s | %.3f | %.2f | %.2f | %.3f | %.3f | %.3f |%n",
          r.operation(),
          r.checks(),
          m.p50(),
          m.p95(),
          m.p99(),
          m.serverCpuMillis(),
          m.databaseCpuMillis(),
          r.ratio());
    }
    out.format("%n");
  }

  private static void others(Formatter out, Size size) {
    out.format("- Seeding with building the indexes: %.0f s.%n", size.seedSeconds());
    for (Quality.Result q : size.quality()) {
      out.format(
          "- recall@20 of tenant `%s` (%,d nodes): %.3f, worst question %.2f.%n",
          q.tenant(), q.nodes(), q.recallAt20(), q.worst());
    }
    if (size.roundTrips() != null) {
      out.format(
          "- Database round trips: recall %.2f, write %.2f; background %.1f a second.%n",
          size.roundTrips().recall(), size.roundTrips().write(), size.roundTrips().idlePerSecond());
    }
    for (OutboxSpeed.Result o : size.outbox()) {
      out.format(
          "- Outbox, %s: %.0f embed events/s, floor %.0f/s, ratio %.2f; two workers %.0f/s, %.2f of one.%n",
          o.indexed() ? "HNSW index maintained" : "no vector index",
          o.worker(),
          o.floor(),
          o.ratio(),
          o.two(),
          o.scaling());
      if (o.indexed() && Reference.isComparable(size.events(), size.dimension())) {
        out.format("- Compared with the reference: %s.%n", Reference.worker(o.worker()));
      }
    }
    if (size.footprint() != null) {
      out.format(
          "- Start to ready %.1f s; resident %.0f MB at start, %.0f MB after work; live heap %.0f MB.%n",
          size.footprint().readySeconds(),
          size.footprint().residentAtStart(),
          size.footprint().residentAfterWork(),
          size.footprint().liveHeap());
    }
    if (size.soak() != null) {
      out.format(
          "- %.0f minutes at %.0f calls/s (%.1f %% began late): live heap grows by %.1f MB an hour, resident %.0f MB.%n",
          size.soak().minutes(),
          size.soak().perSecond(),
          size.soak().lateShare() * 100,
          size.soak().growthPerHour(),
          size.soak().residentAtEnd());
    }
    out.format("%n");
  }
}
