package io.perdura.recall;

import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import java.util.List;

/**
 * Finds the seeds of a hybrid recall: asks the arms beside the vector arm and fuses all of them.
 */
final class HybridSeeds {
  private final Database database;
  private final Settings settings;

  HybridSeeds(Database database, Settings settings) {
    this.database = database;
    this.settings = settings;
  }

  /**
   * Returns at most {@code query.limit()} seeds, best first: visible, tier hot or warm, of the
   * types that may be seeds, topics and rules in the states that may be. Vector hits that may not
   * be seeds are left out.
   *
   * @throws io.perdura.kernel.ApiException 503 when the database cannot be reached in time
   */
  Result find(HybridQuery query) {
    return new Result(List.of(), new ArmReport());
  }

  /**
   * The seeds and what each arm did.
   *
   * @param arms complete but for the time of the vector arm, which the caller knows
   */
  record Result(List<HybridSeed> seeds, ArmReport arms) {}
}
