package io.perdura.benchmarks;

import java.util.List;

/** The command: seeds each size, measures what was asked for, writes the report. */
public final class Benchmarks {
  private Benchmarks() {}

  /** Arguments as {@link Options} reads them; ends with status 2 when they cannot be read. */
  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      System.out.println(Options.usage());
      return;
    }
    Options options;
    try {
      options = Options.parse(arguments);
    } catch (IllegalArgumentException e) {
      System.err.println("benchmarks: " + e.getMessage());
      System.exit(2);
      return;
    }
    Report report = new Report();
    for (int dimension : options.dimensions()) {
      for (int events : options.events()) {
        System.out.printf("%,d events, dimension %d%n", events, dimension);
        if (options.measures("integrity")) {
          new IntegritySpeed(options, events, dimension).measure();
        }
        if (options.parts().equals(List.of("integrity"))) {
          continue;
        }
        report.add(measure(options, events, dimension));
        report.write(options.results());
      }
    }
    System.out.println("Report: " + options.results().resolve("latest.md"));
  }

  private static Report.Size measure(Options options, int events, int dimension) throws Exception {
    try (Stage stage = Stage.open(options, events, dimension)) {
      System.out.printf("  seeded in %.1f s%n", stage.seedSeconds());
      Plans.write(stage);
      List<Series> series = new Speed(stage).measure();
      List<Reference.Result> reference =
          options.measures("reference") ? new Reference(stage).measure() : List.of();
      List<Quality.Result> quality =
          options.measures("quality") ? new Quality(stage).measure() : List.of();
      TripCount.Result trips = options.measures("trips") ? new TripCount(stage).measure() : null;
      Footprint.Result footprint =
          options.measures("start") ? new Footprint(stage).measure() : null;
      Soak.Result soak =
          options.measures("soak") ? new Soak(stage).measure(options.soakMinutes()) : null;
      List<Overload.Result> overload =
          options.measures("overload") ? new Overload(stage).measure() : List.of();
      List<AccessCost.Result> access =
          options.measures("access") ? new AccessCost(stage).measure() : List.of();
      // Last: it takes the vector index away.
      List<OutboxSpeed.Result> outbox =
          options.measures("outbox") ? new OutboxSpeed(stage).measure() : List.of();
      return new Report.Size(
          events,
          dimension,
          stage.seedSeconds(),
          series,
          reference,
          quality,
          trips,
          outbox,
          footprint,
          soak,
          overload,
          access);
    }
  }
}
