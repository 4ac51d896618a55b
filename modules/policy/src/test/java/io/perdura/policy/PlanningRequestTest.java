package io.perdura.policy;

import static io.perdura.policy.PolicyKit.body;
import static io.perdura.policy.PolicyKit.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.perdura.kernel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Section 7.7 of the policy contract: the request. */
class PlanningRequestTest {
  private static final Settings SETTINGS = Settings.of(Map.of());

  private static PlanningRequest read(String body) {
    return PlanningRequest.read(body(body), SETTINGS);
  }

  @Test
  void allIssuesAreToldTogetherAndBeforeAnUnusableScope() {
    List<String> paths = new ArrayList<>();
    for (JsonNode issue :
        refusal(() -> read("{'scope':'tenant:x','limit':0,'run_id':5,'tool_candidates':['']}"))
            .body()
            .get("issues")) {
      paths.add(issue.get("path").textValue());
    }
    assertThat(paths).containsExactly("query_text", "limit", "run_id", "tool_candidates.0");
    assertThat(refusal(() -> read("{'scope':'tenant:x','query_text':'q','run_id':5}")).code())
        .isEqualTo("invalid_request");
    assertThat(refusal(() -> read("{'scope':'tenant:x','query_text':'q'}")).code())
        .isEqualTo("invalid_scope");
  }

  @Test
  void withoutCandidatesThereIsNothingToChoose() {
    assertThat(read("{'query_text':'q'}").tools()).isNull();
    assertThat(read("{'query_text':'q','tool_candidates':[]}").tools()).isNull();
    PlanningRequest whole =
        read(
            "{'query_text':'q','tool_candidates':[' a ','a'],'tool_strict':false,'rules_limit':7}");
    assertThat(whole.tools().candidates()).containsExactly("a");
    assertThat(whole.tools().strict()).isFalse();
    assertThat(whole.tools().rulesLimit()).isEqualTo(7);
    assertThat(whole.includeShadow()).isFalse();
  }
}
