package io.perdura.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A job that an operator may start or schedule.
 *
 * @param name as operators write it; the name of its JSL
 * @param purpose one sentence for lists and help
 * @param changesData whether it changes anything but its own record; if so it has a parameter
 *     {@code dry-run}
 * @param parameters in the order of the help
 * @param rule checks over several parameters; throws IllegalArgumentException that says what to do
 */
public record JobDefinition(
    String name,
    String purpose,
    boolean changesData,
    List<JobParameter> parameters,
    Consumer<JobParameters> rule) {
  public JobDefinition {
    parameters = List.copyOf(parameters);
  }

  /** A job without rules over several parameters. */
  public static JobDefinition of(
      String name, String purpose, boolean changesData, JobParameter... parameters) {
    return new JobDefinition(name, purpose, changesData, List.of(parameters), given -> {});
  }

  /** The same job with checks over several parameters. */
  public JobDefinition where(Consumer<JobParameters> checks) {
    return new JobDefinition(name, purpose, changesData, parameters, checks);
  }

  /**
   * Returns the complete parameters of a run.
   *
   * @throws IllegalArgumentException naming every fault, unknown parameters among them
   */
  public JobParameters check(Map<String, String> given) {
    List<String> faults = new ArrayList<>();
    Map<String, String> complete = new TreeMap<>();
    for (String key : given.keySet()) {
      if (parameters.stream().noneMatch(parameter -> parameter.name().equals(key))) {
        faults.add("unknown parameter " + key);
      }
    }
    for (JobParameter parameter : parameters) {
      String value = given.getOrDefault(parameter.name(), parameter.fallback());
      if (value != null) {
        String fault = parameter.fault(value);
        if (fault != null) {
          faults.add(fault);
        }
        complete.put(parameter.name(), value);
      }
    }
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", faults));
    }
    JobParameters checked = new JobParameters(complete);
    rule.accept(checked);
    return checked;
  }
}
