package io.perdura.cli.gate;

import java.util.List;

/** A named list of steps. */
record Gate(String name, List<Step> steps) {
  Gate {
    steps = List.copyOf(steps);
  }
}
