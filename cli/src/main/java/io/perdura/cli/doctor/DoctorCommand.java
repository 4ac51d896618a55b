package io.perdura.cli.doctor;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.Console;
import io.perdura.cli.LocalTier;
import io.perdura.cli.Main;
import io.perdura.cli.Trouble;
import io.perdura.cli.config.Environment;
import io.perdura.cli.service.ServiceClient;
import io.perdura.cli.service.Target;
import io.perdura.kernel.Jsons;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code perdura doctor}: what is wrong with this installation, and how to mend it. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Look at this installation, its database and its service; say what is wrong and how to mend it.",
      "Changes nothing. Exit 2 when there is a problem."
    })
public final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private Target target = new Target();

  @Option(names = "--json", description = "one JSON document instead of text")
  private boolean json;

  public DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<Finding> findings = new ArrayList<>();
    Environment environment = environment(findings);
    if (environment != null) {
      LocalTier tier = new LocalTier(environment, console);
      findings.addAll(new InstallationCheckup(tier).findings());
      service(findings, environment);
    }
    boolean sick = findings.stream().anyMatch(one -> one.grade() == Finding.Grade.PROBLEM);
    if (json) {
      console.print(document(findings, sick).toPrettyString());
    } else {
      findings.forEach(this::print);
      console.print(sick ? "There is something to mend." : "Nothing has to be mended.");
    }
    return sick ? Main.NEGATIVE : 0;
  }

  private static Environment environment(List<Finding> findings) {
    try {
      return Environment.ofProcess();
    } catch (Trouble trouble) {
      findings.add(
          Finding.problem(".env", trouble.getMessage(), "Correct that line, or remove the file."));
      return null;
    }
  }

  private void service(List<Finding> findings, Environment environment) {
    ServiceClient client;
    try {
      client = target.client(environment, console);
    } catch (Trouble trouble) {
      findings.add(
          Finding.remark(
              "service",
              trouble.getMessage(),
              "Start one here with perdura up, or name one with --base-url."));
      return;
    }
    findings.addAll(new ServiceCheckup(client).findings());
  }

  private void print(Finding finding) {
    String mark =
        switch (finding.grade()) {
          case OK -> "ok      ";
          case REMARK -> "remark  ";
          case PROBLEM -> "PROBLEM ";
        };
    console.print(mark + finding.place() + ": " + finding.what());
    if (!finding.mend().isEmpty()) {
      console.print("          " + finding.mend());
    }
  }

  private static ObjectNode document(List<Finding> findings, boolean sick) {
    ObjectNode document = Jsons.object().put("ok", !sick);
    ArrayNode list = document.putArray("findings");
    for (Finding finding : findings) {
      list.addObject()
          .put("grade", finding.grade().name().toLowerCase(Locale.ROOT))
          .put("place", finding.place())
          .put("what", finding.what())
          .put("mend", finding.mend());
    }
    return document;
  }
}
