package io.perdura.cli.job;

import io.perdura.cli.Trouble;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Parameters of a job on the command line: {@code --name value}, {@code --name=value}, {@code
 * --flag}.
 */
final class JobArguments {
  private JobArguments() {}

  static Map<String, String> read(List<String> words) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("--") || word.length() < 3) {
        throw new Trouble("Parameters of a job are written --name value; \"" + word + "\" is not.");
      }
      int equals = word.indexOf('=');
      String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
      String value = "true";
      if (equals >= 0) {
        value = word.substring(equals + 1);
      } else if (i + 1 < words.size() && !words.get(i + 1).startsWith("--")) {
        value = words.get(++i);
      }
      if (parameters.put(name, value) != null) {
        throw new Trouble("The parameter --" + name + " is given twice.");
      }
    }
    return parameters;
  }
}
