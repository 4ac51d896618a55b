package io.perdura.access;

/**
 * A limit.
 *
 * @param rps requests a second in the long run
 * @param burst requests at once after a pause
 * @param maxWaitMs milliseconds that a request may wait for a token, 0 = none
 */
public record Rate(double rps, int burst, int maxWaitMs) {}
