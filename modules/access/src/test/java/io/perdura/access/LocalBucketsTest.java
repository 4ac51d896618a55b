package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LocalBucketsTest {
  private static final Bucket FIVE = new Bucket("five", 5, 10, 1_000);
  private static final Bucket ONE = new Bucket("one", 1, 1, 1_000);

  private final ManualClock clock = new ManualClock();
  private final LocalBuckets buckets = LocalBuckets.alone(clock);

  @Test
  void aNewBucketHoldsItsBurst() {
    assertThat(admitted(buckets, FIVE, 100)).isEqualTo(10);
  }

  @Test
  void anEmptyBucketTellsWhenToComeBack() {
    admitted(buckets, FIVE, 10);
    assertThat(buckets.charge(List.of(FIVE))).isEqualTo(new Decision(0, 200));
    clock.pass(150);
    assertThat(buckets.charge(List.of(FIVE))).isEqualTo(new Decision(0, 50));
    clock.pass(50);
    assertThat(buckets.charge(List.of(FIVE))).isEqualTo(Decision.ADMITTED);
  }

  @Test
  void aRefusalTakesNothing() {
    admitted(buckets, FIVE, 1_000);
    clock.pass(200);
    assertThat(admitted(buckets, FIVE, 100)).isEqualTo(1);
  }

  @Test
  void aBucketNeverHoldsMoreThanItsBurst() {
    clock.pass(900);
    admitted(buckets, FIVE, 10);
    clock.pass(3_600_000);
    assertThat(admitted(buckets, FIVE, 100)).isEqualTo(10);
  }

  @Test
  void bucketsOfOtherNamesAreUntouched() {
    admitted(buckets, FIVE, 10);
    assertThat(buckets.charge(List.of(ONE)).admitted()).isTrue();
  }

  @Test
  void theFirstEmptyBucketStopsTheRequestAndThoseBeforeHavePaid() {
    admitted(buckets, ONE, 1);
    assertThat(buckets.charge(List.of(FIVE, ONE, FIVE))).isEqualTo(new Decision(1, 1_000));
    assertThat(admitted(buckets, FIVE, 100)).isEqualTo(9);
  }

  @Test
  void aSlowBucketIsNotForgottenBeforeItIsFullAgain() {
    Bucket slow = new Bucket("slow", 0.1, 1, 1_000);
    admitted(buckets, slow, 1);
    clock.pass(9_000);
    assertThat(buckets.charge(List.of(slow))).isEqualTo(new Decision(0, 1_000));
  }

  @Test
  void aShareStartsEmptyAndHoldsItsPart() {
    LocalBuckets share = LocalBuckets.share(clock, () -> 2);
    assertThat(share.charge(List.of(FIVE))).isEqualTo(new Decision(0, 400));
    clock.pass(60_000);
    assertThat(admitted(share, FIVE, 100)).isEqualTo(5);
    clock.pass(1_000);
    assertThat(admitted(share, FIVE, 100)).isEqualTo(2);
  }

  @Test
  void aBucketSeenLateHasFilledSinceTheSwitch() {
    LocalBuckets share = LocalBuckets.share(clock, () -> 1);
    clock.pass(400);
    assertThat(admitted(share, FIVE, 100)).isEqualTo(2);
  }

  @Test
  void aShareFollowsTheNumberOfServers() {
    AtomicInteger servers = new AtomicInteger(1);
    LocalBuckets share = LocalBuckets.share(clock, servers::get);
    clock.pass(1_000);
    assertThat(admitted(share, FIVE, 100)).isEqualTo(5);
    servers.set(5);
    clock.pass(1_000);
    assertThat(admitted(share, FIVE, 100)).isEqualTo(1);
  }

  @Test
  void aShareOfLessThanOneTokenStillLetsOnePassInTheEnd() {
    LocalBuckets share = LocalBuckets.share(clock, () -> 4);
    clock.pass(4_000);
    assertThat(admitted(share, ONE, 10)).isEqualTo(1);
  }

  @Test
  void whatWasTakenIsOwedToTheWholeBucket() {
    LocalBuckets share = LocalBuckets.share(clock, () -> 2);
    clock.pass(1_000);
    admitted(share, FIVE, 100);
    share.charge(List.of(ONE));
    assertThat(share.taken()).containsExactly(new SharedBuckets.Debt(FIVE, 2));
  }

  static int admitted(Buckets buckets, Bucket bucket, int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += buckets.charge(List.of(bucket)).admitted() ? 1 : 0;
    }
    return admitted;
  }
}
