package io.perdura.access;

import jakarta.enterprise.context.ApplicationScoped;

/**
 * Limits nothing. This release enforces the in-flight gates only; RATE_LIMIT_* and TENANT_* values
 * have no effect.
 */
@ApplicationScoped
class UnlimitedLimiter implements Limiter {
  @Override
  public void charge(Category category, Caller caller) {
    // Every request passes: see the class comment.
  }
}
