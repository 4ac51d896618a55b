package io.perdura.embedding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {
  private final BoundedBody body = new BoundedBody(10);
  private boolean cancelled;

  private void receive(int... sizes) {
    body.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {}

          @Override
          public void cancel() {
            cancelled = true;
          }
        });
    for (int size : sizes) {
      body.onNext(List.of(ByteBuffer.allocate(size)));
    }
  }

  @Test
  void aBodyWithinTheLimitArrivesWhole() {
    receive(4, 6);
    body.onComplete();

    assertThat(body.getBody().toCompletableFuture().join()).hasSize(10);
    assertThat(cancelled).isFalse();
  }

  @Test
  void anEndlessBodyIsCutOff() {
    receive(4, 7);

    assertThat(body.getBody().toCompletableFuture()).isCompletedExceptionally();
    assertThat(cancelled).isTrue();
  }
}
