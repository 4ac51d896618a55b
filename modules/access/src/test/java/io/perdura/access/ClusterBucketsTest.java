package io.perdura.access;

import static io.perdura.access.LocalBucketsTest.admitted;
import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.access.ClusterBuckets.Mode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterBucketsTest {
  private static final Bucket TEN = new Bucket("ten", 10, 20, 60_000);

  private final ManualClock clock = new ManualClock();
  private final FakeStore store = new FakeStore();
  private final ClusterBuckets cluster = new ClusterBuckets(store, () -> 2, clock);

  @Test
  void withoutAStoreAServerCountsForItself() {
    ClusterBuckets alone = new ClusterBuckets(null, () -> 2, clock);
    assertThat(alone.mode()).isEqualTo(Mode.ALONE);
    assertThat(admitted(alone, TEN, 100)).isEqualTo(20);
  }

  @Test
  void theStoreDecidesWhileItIsThere() {
    cluster.look();
    assertThat(cluster.mode()).isEqualTo(Mode.SHARED);
    assertThat(admitted(cluster, TEN, 7)).isEqualTo(7);
    assertThat(store.charged).isEqualTo(7);
  }

  @Test
  void theFirstRequestThatFindsTheStoreGoneIsAnsweredByTheShare() {
    cluster.look();
    store.there = false;
    assertThat(cluster.charge(List.of(TEN))).isEqualTo(new Decision(0, 200));
    assertThat(cluster.mode()).isEqualTo(Mode.SHARE);
    assertThat(cluster.losses()).isEqualTo(1);
    clock.pass(1_000);
    assertThat(admitted(cluster, TEN, 100)).isEqualTo(5);
  }

  @Test
  void anIdleServerNoticesToo() {
    cluster.look();
    store.there = false;
    cluster.look();
    assertThat(cluster.mode()).isEqualTo(Mode.SHARE);
    assertThat(store.open).isZero();
  }

  @Test
  void backAtTheStoreItRepaysWhatItLetPass() {
    cluster.look();
    store.there = false;
    cluster.look();
    clock.pass(1_000);
    admitted(cluster, TEN, 100);
    cluster.look();
    assertThat(store.repaid).isEmpty();

    store.there = true;
    cluster.look();
    assertThat(cluster.mode()).isEqualTo(Mode.SHARED);
    assertThat(store.repaid).containsExactly(new SharedBuckets.Debt(TEN, 5));
  }

  @Test
  void everyLossStartsFromEmptyBuckets() {
    for (int i = 0; i < 2; i++) {
      store.there = true;
      cluster.look();
      store.there = false;
      cluster.look();
      assertThat(admitted(cluster, TEN, 100)).isZero();
      clock.pass(10_000);
      assertThat(admitted(cluster, TEN, 100)).isEqualTo(10);
    }
    assertThat(cluster.losses()).isEqualTo(2);
  }

  @Test
  void onlyAServerThatHasLimitedNothingYetIsFresh() {
    cluster.look();
    store.there = false;
    cluster.look();
    store.there = true;
    cluster.look();
    assertThat(store.fresh).containsExactly(true, false);
  }

  @Test
  void aStoreThatIsAwayAtTheStartLeavesTheShare() {
    store.there = false;
    cluster.look();
    assertThat(cluster.mode()).isEqualTo(Mode.SHARE);
    assertThat(admitted(cluster, TEN, 100)).isZero();
    store.there = true;
    cluster.look();
    assertThat(store.fresh).containsExactly(false);
  }

  @Test
  void aStoreThatFailsWhileItIsRepaidIsNotUsed() {
    cluster.look();
    store.there = false;
    cluster.look();
    store.there = true;
    store.repays = false;
    cluster.look();
    assertThat(cluster.mode()).isEqualTo(Mode.SHARE);
    assertThat(store.open).isZero();
  }

  @Test
  void stoppingClosesTheConnection() {
    cluster.look();
    cluster.stop();
    assertThat(store.open).isZero();
    assertThat(store.closed).isTrue();
  }

  /** Admits everything while it is there. */
  private static final class FakeStore implements SharedBuckets.Connector {
    private final List<Boolean> fresh = new ArrayList<>();
    private final List<SharedBuckets.Debt> repaid = new ArrayList<>();
    private boolean there = true;
    private boolean repays = true;
    private boolean closed;
    private int charged;
    private int open;

    @Override
    public SharedBuckets connect(boolean isFresh) {
      check(there);
      fresh.add(isFresh);
      open++;
      return new SharedBuckets() {
        @Override
        public Decision charge(List<Bucket> buckets) {
          check(there);
          charged++;
          return Decision.ADMITTED;
        }

        @Override
        public void ping() {
          check(there);
        }

        @Override
        public void repay(List<Debt> debts) {
          check(there && repays);
          repaid.addAll(debts);
        }

        @Override
        public void close() {
          open--;
        }
      };
    }

    @Override
    public void close() {
      closed = true;
    }

    private static void check(boolean works) {
      if (!works) {
        throw new IllegalStateException("the store is away");
      }
    }
  }
}
