package io.perdura.memory;

/**
 * One family of comparable vectors.
 *
 * @param id row in embedding_generations
 * @param model {@code <provider>:<model>}, or {@link Generations#CLIENT_MODEL} without a provider
 * @param dimension length of each vector
 */
public record Generation(int id, String model, int dimension) {}
