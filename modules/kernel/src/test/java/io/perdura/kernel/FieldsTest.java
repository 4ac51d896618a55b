package io.perdura.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FieldsTest {
  private static JsonNode json(String text) {
    return Jsons.stored(text.replace('\'', '"'));
  }

  private static List<Issue> issuesOf(Runnable reading) {
    try {
      reading.run();
    } catch (InvalidRequestException e) {
      return e.issues();
    }
    return List.of();
  }

  @Test
  void everyFaultIsReportedInTheOrderInWhichFieldsAreRead() {
    List<Issue> issues =
        issuesOf(() -> {
          Fields fields = Fields.of(json("{'limit':0,'name':7,'lane':'x','id':'no'}"));
          fields.string("name", 1, 10);
          fields.string("missing", 1, 10);
          fields.optInt("limit", 1, 200);
          fields.optEnum("lane", Set.of("shared"));
          fields.optUuid("id");
          fields.throwIfInvalid();
        });

    assertThat(issues)
        .containsExactly(
            new Issue("name", "Expected string, received number"),
            new Issue("missing", "Required"),
            new Issue("limit", "Number must be greater than or equal to 1"),
            new Issue("lane", "Invalid enum value. Expected 'shared', received 'x'"),
            new Issue("id", "Invalid uuid"));
  }

  @Test
  void nestedFaultsCarryTheirIndex() {
    List<Issue> issues =
        issuesOf(() -> {
          Fields fields = Fields.of(json("{'nodes':[{'type':'event'},{},3]}"));
          fields.objects("nodes", node -> node.enumeration("type", Set.of("event")));
          fields.throwIfInvalid();
        });

    assertThat(issues)
        .containsExactly(
            new Issue("nodes.1.type", "Required"),
            new Issue("nodes.2", "Expected object, received number"));
  }

  @Test
  void ruleOverSeveralFieldsIsOnlyReportedWhenEachFieldIsSound() {
    List<Issue> sound =
        issuesOf(() -> {
          Fields fields = Fields.of(json("{}"));
          fields.optString("a");
          fields.rule(false, "must set a or b");
          fields.throwIfInvalid();
        });
    List<Issue> faulty =
        issuesOf(() -> {
          Fields fields = Fields.of(json("{'a':1}"));
          fields.optString("a");
          fields.rule(false, "must set a or b");
          fields.throwIfInvalid();
        });

    assertThat(sound).containsExactly(new Issue("", "must set a or b"));
    assertThat(faulty).containsExactly(new Issue("a", "Expected string, received number"));
  }

  @Test
  void bodyThatIsNoObjectIsOneIssueWithAnEmptyPath() {
    assertThat(issuesOf(() -> Fields.of(null))).containsExactly(new Issue("", "Required"));
    assertThat(issuesOf(() -> Fields.of(json("[]"))))
        .containsExactly(new Issue("", "Expected object, received array"));
    assertThat(issuesOf(() -> Fields.of(json("null"))))
        .containsExactly(new Issue("", "Expected object, received null"));
  }

  @Test
  void wholeNumberWrittenWithAFractionIsAnInteger() {
    assertThat(Fields.of(json("{'limit':5.0}")).optInt("limit", 1, 200)).isEqualTo(5);
    assertThat(
            issuesOf(() -> {
              Fields fields = Fields.of(json("{'limit':5.5}"));
              fields.optInt("limit", 1, 200);
              fields.throwIfInvalid();
            }))
        .containsExactly(new Issue("limit", "Expected integer, received float"));
  }

  @Test
  void explicitNullOfAnOptionalFieldIsAFault() {
    assertThatThrownBy(
            () -> {
              Fields fields = Fields.of(json("{'scope':null}"));
              fields.optString("scope");
              fields.throwIfInvalid();
            })
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Expected string, received null");
  }

  @Test
  void hugeNumbersAreRefusedAndNotWrapped() {
    assertThat(
            issuesOf(() -> {
              Fields fields = Fields.of(json("{'limit':1e300}"));
              fields.optInt("limit", 1, 200);
              fields.throwIfInvalid();
            }))
        .containsExactly(new Issue("limit", "Number must be less than or equal to 200"));
  }
}
