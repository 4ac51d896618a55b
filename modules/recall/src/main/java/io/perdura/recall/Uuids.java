package io.perdura.recall;

import java.util.Comparator;
import java.util.UUID;

/** Order of UUIDs as PostgreSQL has it: byte by byte, unsigned. */
final class Uuids {
  static final Comparator<UUID> ORDER =
      (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0
            ? high
            : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
      };

  private Uuids() {}
}
