package io.perdura.cli;

import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/** Makes commands, handing the console to those that have a constructor for it. */
final class ConsoleFactory implements IFactory {
  private final Console console;
  private final IFactory fallback = CommandLine.defaultFactory();

  ConsoleFactory(Console console) {
    this.console = console;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    try {
      return type.getConstructor(Console.class).newInstance(console);
    } catch (NoSuchMethodException e) {
      return fallback.create(type);
    }
  }
}
