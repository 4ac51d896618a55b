package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Jsons;
import io.perdura.outbox.ClaimedEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DrainPartitionTest {
  private final List<ClaimedEvent> handed = new ArrayList<>();
  private boolean backlog;
  private long now = Long.MAX_VALUE - 5;
  private final DrainPartition partition = new DrainPartition(null, () -> backlog, () -> now);

  private static List<ClaimedEvent> events(int count) {
    List<ClaimedEvent> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(
          new ClaimedEvent(i, "scope", UUID.randomUUID(), "embed_nodes", Jsons.object(), 1, 1));
    }
    return events;
  }

  private void handOut() {
    for (ClaimedEvent event = partition.next(); event != null; event = partition.next()) {
      handed.add(event);
    }
  }

  @Test
  void aChunkNeverEndsInsideAClaim() {
    partition.claimed(events(2));
    partition.next();

    assertThat(partition.isChunkComplete()).isFalse();
    partition.next();
    assertThat(partition.isChunkComplete()).isTrue();
  }

  @Test
  void aChunkGoesOnWhileThereIsABacklogAndEndsWithItsLastClaim() {
    backlog = true;
    partition.claimed(events(20));
    handOut();
    assertThat(partition.isChunkComplete()).isFalse();

    backlog = false;
    partition.claimed(events(3));
    handOut();

    assertThat(partition.isChunkComplete()).isTrue();
  }

  @Test
  void aChunkDoesNotGrowWithoutEndHoweverLargeTheBacklog() {
    backlog = true;
    partition.claimed(events(1000));
    handOut();
    assertThat(partition.isChunkComplete()).isTrue();

    partition.beginChunk();

    assertThat(partition.isChunkComplete()).isFalse();
  }

  @Test
  void aChunkEndsAfterASecondHoweverLargeTheBacklog() {
    backlog = true;
    partition.claimed(events(2));
    handOut();
    now += 999_999_999;
    assertThat(partition.isChunkComplete()).isFalse();

    now += 1;

    assertThat(partition.isChunkComplete()).isTrue();
  }

  @Test
  void whatWasHandedOutIsHandledOnce() {
    List<ClaimedEvent> first = events(2);
    partition.claimed(first);
    handOut();

    assertThat(handed).isEqualTo(first);
    assertThat(partition.takeUnhandled()).isEqualTo(first);
    assertThat(partition.takeUnhandled()).isEmpty();
  }
}
