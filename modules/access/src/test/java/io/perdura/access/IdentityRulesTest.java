package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.perdura.kernel.ApiException;
import io.perdura.kernel.Jsons;
import io.perdura.kernel.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IdentityRulesTest {
  private static final Principal PLANNER = new Principal("acme", "planner", "ops", null, "f");
  private static final Principal TEAM = new Principal("acme", null, "ops", null, "f");
  private static final Principal TENANT = new Principal("acme", null, null, null, "f");

  private final IdentityRules rules = new IdentityRules(Settings.of(Map.of()));

  @Test
  void theHeaderNamesTheTenantWhenTheBodyDoesNot() {
    assertThat(applied(IdentityKind.TENANT, null, "acme", "{}"))
        .isEqualTo(json("{'tenant_id':'acme'}"));
    assertThat(applied(IdentityKind.TENANT, null, "acme", "{'tenant_id':' '}"))
        .isEqualTo(json("{'tenant_id':'acme'}"));
    assertThat(applied(IdentityKind.TENANT, null, "acme", "{'tenant_id':'globex'}"))
        .isEqualTo(json("{'tenant_id':'globex'}"));
    assertThat(applied(IdentityKind.TENANT, null, " ", "{}")).isEqualTo(json("{}"));
  }

  @Test
  void packsIgnoreTheHeader() {
    assertThat(applied(IdentityKind.NONE, null, "acme", "{}")).isEqualTo(json("{}"));
  }

  @Test
  void aPrincipalFillsInTheConsumer() {
    assertThat(applied(IdentityKind.CONSUMER, PLANNER, null, "{'consumer_agent_id':' '}"))
        .isEqualTo(
            json("{'consumer_agent_id':'planner','tenant_id':'acme','consumer_team_id':'ops'}"));
  }

  @Test
  void aPrincipalFillsInProducerAndOwner() {
    assertThat(applied(IdentityKind.PRODUCER, PLANNER, null, "{}"))
        .isEqualTo(
            json("{'tenant_id':'acme','producer_agent_id':'planner','owner_agent_id':'planner'}"));
    assertThat(applied(IdentityKind.PRODUCER, PLANNER, null, "{'owner_team_id':'ops'}"))
        .isEqualTo(
            json("{'tenant_id':'acme','producer_agent_id':'planner','owner_team_id':'ops'}"));
    assertThat(applied(IdentityKind.PRODUCER, TEAM, null, "{}"))
        .isEqualTo(json("{'tenant_id':'acme','owner_team_id':'ops'}"));
    assertThat(applied(IdentityKind.PRODUCER, TENANT, null, "{}"))
        .isEqualTo(json("{'tenant_id':'acme'}"));
  }

  @Test
  void maintenanceOnlyGetsTheTenant() {
    assertThat(applied(IdentityKind.TENANT, PLANNER, null, "{}"))
        .isEqualTo(json("{'tenant_id':'acme'}"));
  }

  @Test
  void aForeignTenantIsRefusedInBodyAndHeader() {
    refuses(
        "tenant_id",
        "globex",
        "acme",
        IdentityKind.TENANT,
        PLANNER,
        null,
        "{'tenant_id':'globex'}");
    refuses("tenant_id", "globex", "acme", IdentityKind.TENANT, PLANNER, "globex", "{}");
  }

  @Test
  void theBodyWinsOverTheHeader() {
    assertThat(applied(IdentityKind.TENANT, PLANNER, "globex", "{'tenant_id':'acme'}"))
        .isEqualTo(json("{'tenant_id':'acme'}"));
  }

  @Test
  void aContextAlwaysNamesThePrincipalInBothPlaces() {
    String whole =
        "{'tenant_id':'acme','context':{%s'agent':{'id':'planner','team_id':'ops'},'agent_id':'planner','team_id':'ops'}}";
    for (String sent :
        List.of(
            "{}",
            "{'context':null}",
            "{'context':'x'}",
            "{'context':[1]}",
            "{'context':{'agent':'x'}}",
            "{'context':{'agent_id':'planner'}}",
            "{'context':{'agent':{'id':' '},'agent_id':''}}",
            "{'context':{'agent':{'id':5}}}")) {
      assertThat(applied(IdentityKind.CONTEXT, PLANNER, null, sent))
          .as(sent)
          .isEqualTo(json(whole.formatted("")));
    }
    assertThat(applied(IdentityKind.CONTEXT, PLANNER, null, "{'context':{'a':1}}"))
        .isEqualTo(json(whole.formatted("'a':1,")));
    assertThat(applied(IdentityKind.CONTEXT, TEAM, null, "{'context':{'agent_id':'any'}}"))
        .isEqualTo(
            json(
                "{'tenant_id':'acme','context':{'agent_id':'any','agent':{'team_id':'ops'},'team_id':'ops'}}"));
    assertThat(applied(IdentityKind.CONTEXT, TENANT, null, "{'context':{'agent':{'id':'any'}}}"))
        .isEqualTo(json("{'tenant_id':'acme','context':{'agent':{'id':'any'}}}"));
    assertThat(applied(IdentityKind.CONTEXT, null, null, "{'context':'x'}"))
        .isEqualTo(json("{'context':'x'}"));
  }

  @Test
  void aContextCannotNameSomebodyElseInEitherPlace() {
    for (IdentityKind kind : List.of(IdentityKind.CONTEXT, IdentityKind.PLANNER)) {
      refuses(
          "context.agent.id",
          "q",
          "planner",
          kind,
          PLANNER,
          null,
          "{'context':{'agent':{'id':'q'}}}");
      refuses(
          "context.agent.id",
          "q",
          "planner",
          kind,
          PLANNER,
          null,
          "{'context':{'agent':{'id':' '},'agent_id':'q'}}");
      refuses(
          "context.agent.id",
          "q",
          "planner",
          kind,
          PLANNER,
          null,
          "{'context':{'agent':{'id':'planner'},'agent_id':'q'}}");
      refuses(
          "context.agent.team_id",
          "q",
          "ops",
          kind,
          PLANNER,
          null,
          "{'context':{'agent':{'team_id':'q'}}}");
      refuses(
          "context.agent.team_id", "q", "ops", kind, PLANNER, null, "{'context':{'team_id':'q'}}");
    }
    refuses(
        "rules_context.agent.id",
        "q",
        "planner",
        IdentityKind.RECALL,
        PLANNER,
        null,
        "{'rules_context':{'agent_id':'q'}}");
  }

  @Test
  void aRecallWithoutRulesContextGetsNone() {
    String consumer =
        "{'tenant_id':'acme','consumer_agent_id':'planner','consumer_team_id':'ops'%s}";
    assertThat(applied(IdentityKind.RECALL, PLANNER, null, "{}"))
        .isEqualTo(json(consumer.formatted("")));
    assertThat(applied(IdentityKind.RECALL, PLANNER, null, "{'rules_context':null}"))
        .isEqualTo(json(consumer.formatted(",'rules_context':null")));
    assertThat(applied(IdentityKind.RECALL, PLANNER, null, "{'rules_context':'x'}"))
        .isEqualTo(
            json(
                consumer.formatted(
                    ",'rules_context':{'agent':{'id':'planner','team_id':'ops'},'agent_id':'planner','team_id':'ops'}")));
  }

  @Test
  void aForeignIdentityIsRefused() {
    refuses(
        "consumer_agent_id",
        "q",
        "planner",
        IdentityKind.CONSUMER,
        PLANNER,
        null,
        "{'consumer_agent_id':'q'}");
    refuses(
        "consumer_team_id",
        "dev",
        "ops",
        IdentityKind.CONSUMER,
        PLANNER,
        null,
        "{'consumer_agent_id':'planner','consumer_team_id':'dev'}");
    refuses(
        "owner_team_id",
        "dev",
        "ops",
        IdentityKind.PRODUCER,
        TEAM,
        null,
        "{'owner_team_id':'dev'}");
  }

  @Test
  void aNodeCannotClaimAForeignOwner() {
    refuses(
        "nodes.1.owner_agent_id",
        "q",
        "planner",
        IdentityKind.PRODUCER,
        PLANNER,
        null,
        "{'nodes':[{'owner_agent_id':'planner'},{'owner_agent_id':'q'}]}");
    refuses(
        "nodes.0.producer_agent_id",
        "q",
        "planner",
        IdentityKind.PRODUCER,
        PLANNER,
        null,
        "{'nodes':[{'producer_agent_id':'q'}]}");
  }

  @Test
  void anUnboundPrincipalMaySpeakForAnyAgentOfItsTenant() {
    assertThat(applied(IdentityKind.CONSUMER, TENANT, null, "{'consumer_agent_id':'q'}"))
        .isEqualTo(json("{'consumer_agent_id':'q','tenant_id':'acme'}"));
  }

  @Test
  void strictIdentityLetsNobodySpeakForOthers() {
    IdentityRules strict =
        new IdentityRules(Settings.of(Map.of("PERDURA_IDENTITY_STRICT", "true")));
    ObjectNode body = json("{'consumer_agent_id':'q'}");
    assertThatThrownBy(() ->
            strict.apply(IdentityKind.CONSUMER, Optional.of(TENANT), null, IdentityFields.of(body)))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo("identity_mismatch"));
  }

  @Test
  void valuesOfAnotherTypeAreLeftToValidation() {
    assertThat(
            applied(
                IdentityKind.CONSUMER, TEAM, null, "{'consumer_agent_id':5,'consumer_team_id':7}"))
        .isEqualTo(json("{'consumer_agent_id':5,'consumer_team_id':7,'tenant_id':'acme'}"));
  }

  @Test
  void aQueryIsCheckedInAllItsValues() {
    Map<String, List<String>> query =
        new HashMap<>(Map.of("consumer_agent_id", List.of("planner", "q")));
    assertThatThrownBy(() ->
            rules.apply(
                IdentityKind.CONSUMER, Optional.of(PLANNER), null, IdentityFields.of(query)))
        .isInstanceOf(ApiException.class);

    Map<String, List<String>> plain = new HashMap<>(Map.of("limit", List.of("5")));
    rules.apply(IdentityKind.CONSUMER, Optional.of(PLANNER), null, IdentityFields.of(plain));
    assertThat(plain)
        .containsEntry("tenant_id", List.of("acme"))
        .containsEntry("consumer_agent_id", List.of("planner"))
        .containsEntry("consumer_team_id", List.of("ops"));
  }

  private ObjectNode applied(IdentityKind kind, Principal principal, String header, String body) {
    ObjectNode result = json(body);
    rules.apply(kind, Optional.ofNullable(principal), header, IdentityFields.of(result));
    return result;
  }

  private void refuses(
      String field,
      String provided,
      String expected,
      IdentityKind kind,
      Principal principal,
      String header,
      String body) {
    assertThatThrownBy(() -> applied(kind, principal, header, body))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> {
              assertThat(e.status()).isEqualTo(403);
              assertThat(e.body().get("details"))
                  .isEqualTo(
                      Jsons.object()
                          .put("field", field)
                          .put("provided", provided)
                          .put("expected", expected));
            });
  }

  private static ObjectNode json(String text) {
    try {
      return (ObjectNode) Jsons.MAPPER.readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
