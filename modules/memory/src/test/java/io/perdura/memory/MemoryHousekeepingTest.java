package io.perdura.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.schema.TestDatabase;
import org.junit.jupiter.api.Test;

class MemoryHousekeepingTest {
  private static final String VECTOR =
      "{'scope':'%s','input_text':'x','nodes':[{'type':'entity','client_id':'a','embedding':[1,0,0,0]}]}";

  @Test
  void scopesAreCountedByTheGenerationThatServesThem() {
    try (TestDatabase server = TestDatabase.fresh()) {
      MemoryKit old = new MemoryKit(server.dataSource(), new StubProvider("stub:old", 4));
      MemoryKit young = new MemoryKit(server.dataSource(), new StubProvider("stub:new", 4));
      old.write(VECTOR.replace("%s", "one"));
      old.write(VECTOR.replace("%s", "two"));
      young.write(VECTOR.replace("%s", "three"));
      MemoryHousekeeping housekeeping = MemoryHousekeeping.of(young.database, young.generations);

      housekeeping.run();

      assertThat(housekeeping.scopesBehind()).isEqualTo(2);
      assertThat(housekeeping.scopesCurrent()).isEqualTo(1);
    }
  }

  @Test
  void oldTombstonesAreRemovedAndYoungOnesKept() {
    try (TestDatabase server = TestDatabase.fresh()) {
      MemoryKit kit = new MemoryKit(server.dataSource());
      kit.write(VECTOR.replace("%s", "one"));
      kit.write(VECTOR.replace("%s", "two"));
      kit.execute("delete from memory_vectors");
      kit.execute(
          "update memory_vector_tombstones set deleted_at = now() - interval '8 days' where scope = 'one'");

      assertThat(MemoryHousekeeping.of(kit.database, kit.generations).run()).isEqualTo(1);
      assertThat(kit.value("select scope from memory_vector_tombstones")).isEqualTo("two");
    }
  }
}
