package io.perdura.cli;

/** A command whose help can say more than its usage, by what was named beside {@code --help}. */
public interface TellsMore {
  /** Prints that below the usage. */
  void tellMore();
}
