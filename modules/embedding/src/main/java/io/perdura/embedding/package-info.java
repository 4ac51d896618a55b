/**
 * Text to vector.
 *
 * <p>{@link io.perdura.embedding.Embeddings} holds the one {@link
 * io.perdura.embedding.EmbeddingProvider} of a deployment: {@code local} (a sentence model in this
 * process), {@code openai} or {@code minimax} (HTTP), {@code fake} (the contract's deterministic
 * one) or none. Jobs give it documents; requests ask {@link io.perdura.embedding.QueryEmbedder},
 * which keeps vectors of queries, shares work between callers and speaks the contract's error
 * codes.
 *
 * <p>A call waits at most until {@link io.perdura.kernel.Deadline#current()}. Background work
 * starts a deadline of its own: without one, each call gets 8 seconds.
 */
package io.perdura.embedding;
