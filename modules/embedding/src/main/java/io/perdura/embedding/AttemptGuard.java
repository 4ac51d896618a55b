package io.perdura.embedding;

import java.util.concurrent.Callable;

/** Stands around every single attempt to reach a remote provider. */
interface AttemptGuard {
  /** Lets every attempt through: for use outside a container. */
  AttemptGuard OPEN = Callable::call;

  /**
   * Makes the attempt, or refuses to.
   *
   * @throws org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException when it
   *     refuses
   * @throws Exception whatever the attempt throws
   */
  HttpReply attempt(Callable<HttpReply> attempt) throws Exception;
}
