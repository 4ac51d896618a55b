package io.perdura.jobs;

/** What work in one piece tells its watchers, and hears from them. */
public interface JobProgress {
  /**
   * So much is done.
   *
   * @param items altogether so far
   * @param total how many there are, or -1 when nobody knows
   */
  void at(long items, long total);

  /** Whether to stop at the next good place: an operator asked, or the server goes. */
  boolean isStopping();

  /** Nobody watches. */
  static JobProgress unwatched() {
    return new JobProgress() {
      @Override
      public void at(long items, long total) {}

      @Override
      public boolean isStopping() {
        return false;
      }
    };
  }
}
