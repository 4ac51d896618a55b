package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.perdura.kernel.ApiException;
import io.perdura.kernel.Deadline;
import io.perdura.kernel.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InflightGateTest {
  @Test
  void aFreeSlotCostsNoWait() {
    InflightGate gate = new InflightGate(WorkClass.RECALL, 2, 1, 1000);
    try (InflightGate.Permit first = gate.enter();
        InflightGate.Permit second = gate.enter()) {
      assertThat(first.waitMs()).isZero();
      assertThat(second.waitMs()).isZero();
      assertThat(gate.inflight()).isEqualTo(2);
    }
    assertThat(gate.inflight()).isZero();
  }

  @Test
  void aFullQueueRefusesAtOnce() {
    InflightGate gate = new InflightGate(WorkClass.WRITE, 1, 0, 60_000);
    try (InflightGate.Permit only = gate.enter()) {
      assertThat(only.waitMs()).isZero();
      assertThatThrownBy(gate::enter)
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> {
                assertThat(e.status()).isEqualTo(429);
                assertThat(e.retryAfterSeconds()).hasValue(1);
                assertThat(e.body().toString())
                    .isEqualTo(
                        "{\"error\":\"write_backpressure\",\"message\":\"server busy on write; retry"
                            + " later\",\"details\":{\"inflight\":1,\"queued\":0,\"max_inflight\":1,"
                            + "\"max_queue\":0}}");
              });
    }
  }

  @Test
  void aVainWaitIsReported() {
    InflightGate gate = new InflightGate(WorkClass.RECALL, 1, 5, 20);
    try (InflightGate.Permit only = gate.enter()) {
      assertThat(only.waitMs()).isZero();
      assertThatThrownBy(gate::enter)
          .isInstanceOfSatisfying(
              ApiException.class,
              e -> {
                assertThat(e.code()).isEqualTo("recall_backpressure");
                assertThat(e.body().at("/details/queue_timeout_ms").asInt()).isEqualTo(20);
                assertThat(e.body().at("/details/wait_ms").asInt()).isGreaterThanOrEqualTo(20);
              });
    }
    assertThat(gate.queued()).isZero();
  }

  @Test
  void nobodyWaitsPastItsDeadline() {
    InflightGate gate = new InflightGate(WorkClass.RECALL, 1, 5, 60_000);
    try (InflightGate.Permit only = gate.enter();
        Deadline.Scope deadline = Deadline.start(Duration.ofMillis(20))) {
      assertThat(only.waitMs()).isZero();
      assertThat(deadline).isNotNull();
      assertThatThrownBy(gate::enter).isInstanceOf(ApiException.class);
    }
  }

  @Test
  void waitersAreServedInTheOrderTheyCame() throws InterruptedException {
    InflightGate gate = new InflightGate(WorkClass.RECALL, 1, 10, 20_000);
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Thread> waiters = new ArrayList<>();
    InflightGate.Permit first = gate.enter();
    for (int i = 0; i < 5; i++) {
      int number = i;
      Thread waiter =
          Thread.ofPlatform()
              .start(() -> {
                try (InflightGate.Permit permit = gate.enter()) {
                  served.add(permit.waitMs() >= 0 ? number : -1);
                }
              });
      waiters.add(waiter);
      while (gate.queued() <= i || waiter.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
    }
    first.close();
    for (Thread waiter : waiters) {
      waiter.join();
    }
    assertThat(served).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void gatesAreCutToTheThreadsThatCanWait() {
    InflightGates asConfigured = gates(Map.of());
    assertThat(asConfigured.of(WorkClass.RECALL).toString())
        .isEqualTo("recall: 48 at once, 144 waiting");
    assertThat(asConfigured.of(WorkClass.WRITE).toString())
        .isEqualTo("write: 24 at once, 144 waiting");

    InflightGates longQueues =
        gates(Map.of("API_RECALL_QUEUE_MAX", "6000", "API_WRITE_QUEUE_MAX", "3000"));
    assertThat(longQueues.of(WorkClass.RECALL).toString())
        .isEqualTo("recall: 48 at once, 224 waiting");
    assertThat(longQueues.of(WorkClass.WRITE).toString())
        .isEqualTo("write: 24 at once, 112 waiting");

    InflightGates muchWork =
        gates(Map.of("API_RECALL_MAX_INFLIGHT", "600", "API_WRITE_MAX_INFLIGHT", "200"));
    assertThat(muchWork.of(WorkClass.RECALL).toString())
        .isEqualTo("recall: 306 at once, 0 waiting");
    assertThat(muchWork.of(WorkClass.WRITE).toString()).isEqualTo("write: 102 at once, 0 waiting");

    InflightGates moreThreads =
        gates(Map.of("API_RECALL_QUEUE_MAX", "600", "PERDURA_REQUEST_THREADS", "1000"));
    assertThat(moreThreads.of(WorkClass.RECALL).toString())
        .isEqualTo("recall: 48 at once, 600 waiting");
  }

  private static InflightGates gates(Map<String, String> settings) {
    return new InflightGates(Settings.of(settings));
  }
}
