package io.perdura.cli.sdk;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.cli.gate.Outcome;
import io.perdura.kernel.Jsons;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** One library as its registry would get it. */
interface SdkPackage {
  String language();

  Path directory();

  /** Without which it cannot be built. */
  List<String> programs();

  /** Builds and tests it. */
  List<String> buildCommand();

  /** What is packed, and whether it belongs there and has this version. */
  Outcome content(String version) throws Exception;

  /** Publication, with everything but the registry. */
  Outcome publish(String version) throws Exception;

  /** Lists a package and names its faults. */
  static List<String> judge(
      ObjectNode output, String name, PackedFiles packed, Pattern allowed, List<String> wanted) {
    ArrayNode list = output.putArray(name);
    packed.files().forEach((file, content) -> list.add(file + " " + content.length));
    List<String> reasons = new ArrayList<>();
    packed.strays(allowed).forEach(stray -> reasons.add("stray_file: " + name + ": " + stray));
    for (String file : wanted) {
      if (!packed.files().containsKey(file)) {
        reasons.add("missing_file: " + name + ": " + file);
      }
    }
    return reasons;
  }

  static void equal(List<String> reasons, String what, String expected, String found) {
    if (!expected.equals(found)) {
      reasons.add(what + ": " + found + " instead of " + expected);
    }
  }

  static ObjectNode output(String version) {
    return Jsons.object().put("version", version);
  }
}
