package io.perdura.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.control.Member;
import io.perdura.control.Membership;
import io.perdura.kernel.Settings;
import jakarta.batch.runtime.BatchStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DrainSupervisorTest {
  private final List<Long> failed = new ArrayList<>();
  private final DrainPulse pulse = new DrainPulse();
  private DrainSupervisor supervisor;

  @BeforeEach
  void setUp() {
    FakeOperator.reset();
    JobRepository repository =
        new JobRepository() {
          @Override
          public boolean fail(long execution) {
            return failed.add(execution);
          }
        };
    Membership membership =
        new Membership(null) {
          @Override
          public Member self() {
            return new Member("me", "worker", "1", "h", null, "1");
          }
        };
    JobStarter starter = new JobStarter(membership);
    starter.open();
    supervisor =
        new DrainSupervisor(
            Settings.of(Map.of("PERDURA_OUTBOX_PARTITIONS", "3")), starter, repository, pulse);
  }

  @Test
  void oneExecutionIsStartedAndLeftAlone() {
    look(3);

    assertThat(FakeOperator.EXECUTIONS).hasSize(1);
    assertThat(FakeOperator.last().job).isEqualTo("outbox-drain");
    assertThat(FakeOperator.last().parameters)
        .containsEntry("partitions", "3")
        .containsEntry("perdura.node", "me");
  }

  @Test
  void theNextExecutionFollowsOneThatEnded() {
    look(1);
    pulse.renew();
    FakeOperator.last().status = BatchStatus.COMPLETED;
    look(2);

    assertThat(FakeOperator.EXECUTIONS).hasSize(2);
    assertThat(supervisor.execution()).isEqualTo(2);
    assertThat(pulse.isRenewing()).as("meant for the one before").isFalse();
  }

  @Test
  void executionWhosePartitionsLiveIsTrustedWhateverTheBookSays() {
    look(1);
    pulse.beat(0);
    FakeOperator.last().status = BatchStatus.FAILED;
    look(3);
    assertThat(FakeOperator.EXECUTIONS).hasSize(1);

    pulse.gone(0);
    look(1);
    assertThat(FakeOperator.EXECUTIONS).hasSize(2);
    assertThat(failed).containsExactly(1L);
  }

  @Test
  void executionThatWasStoppedStaysStopped() {
    look(1);
    FakeOperator.last().status = BatchStatus.STOPPED;
    look(3);

    assertThat(FakeOperator.EXECUTIONS).hasSize(1);
    assertThat(failed).isEmpty();
  }

  @Test
  void startThatFailsIsTriedAgain() {
    FakeOperator.outage = () -> new IllegalStateException("no database");
    look(2);
    assertThat(FakeOperator.EXECUTIONS).isEmpty();

    FakeOperator.outage = null;
    look(1);
    assertThat(FakeOperator.EXECUTIONS).hasSize(1);
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      supervisor.look();
    }
  }
}
