package io.perdura.embedding;

/** A loaded sentence model. Safe for use by many threads; one call occupies one core. */
interface SentenceModel extends AutoCloseable {
  /** Returns the vector of one text, of unit length. */
  float[] embed(String text);

  /** Frees the model; no call may be running or follow. */
  @Override
  void close();
}
