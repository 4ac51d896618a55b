package io.perdura.kernel;

/**
 * One fault of a request body: {@code path} is dot-joined with array indexes, empty for a rule of
 * the whole object.
 */
public record Issue(String path, String message) {}
