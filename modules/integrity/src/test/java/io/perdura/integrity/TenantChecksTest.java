package io.perdura.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Checks that tenants are kept apart. */
class TenantChecksTest {
  /** Two nodes, commits and a rule of each of two tenants. */
  private static final String TENANTS =
      """
      insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash) values
        ('00000000-0000-0000-0000-0000000000c1', 'tenant:a::scope:s', 'i', 'd', 'a'),
        ('00000000-0000-0000-0000-0000000000c2', 'tenant:b::scope:s', 'i', 'd', 'b'),
        ('00000000-0000-0000-0000-0000000000c3', 'plain', 'i', 'd', 'c');
      insert into memory_nodes (id, scope, type, memory_lane, embedding_status, commit_id) values
        ('00000000-0000-0000-0000-0000000000a1', 'tenant:a::scope:s', 'entity', 'shared', 'pending', '00000000-0000-0000-0000-0000000000c1'),
        ('00000000-0000-0000-0000-0000000000a2', 'tenant:a::scope:t', 'rule', 'shared', 'pending', '00000000-0000-0000-0000-0000000000c1'),
        ('00000000-0000-0000-0000-0000000000b1', 'tenant:b::scope:s', 'entity', 'shared', 'pending', '00000000-0000-0000-0000-0000000000c2'),
        ('00000000-0000-0000-0000-0000000000d1', 'plain', 'entity', 'shared', 'pending', '00000000-0000-0000-0000-0000000000c3');
      insert into memory_edges (id, scope, type, src_id, dst_id, commit_id) values
        ('00000000-0000-0000-0000-0000000000e1', 'tenant:a::scope:s', 'related_to', '00000000-0000-0000-0000-0000000000a1',
         '00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c1');
      insert into memory_rule_defs (scope, rule_node_id) values ('tenant:a::scope:t', '00000000-0000-0000-0000-0000000000a2');
      insert into memory_execution_decisions (id, scope, run_id, context_sha256, policy_sha256) values
        ('00000000-0000-0000-0000-0000000000f1', 'tenant:a::scope:t', 'r', 'c', 'p');
      insert into memory_rule_feedback (id, scope, rule_node_id, outcome, source, decision_id) values
        ('00000000-0000-0000-0000-0000000000f2', 'tenant:a::scope:t', '00000000-0000-0000-0000-0000000000a2', 'neutral',
         'tools_feedback', '00000000-0000-0000-0000-0000000000f1');
      insert into memory_outbox (scope, commit_id, event_type) values
        ('tenant:a::scope:s', '00000000-0000-0000-0000-0000000000c1', 'x')
      """;

  private record Broken(String check, String sql) {}

  private static final List<Broken> BROKEN =
      List.of(
          new Broken(
              "tenant_scope_key_malformed",
              "update memory_nodes set scope = 'tenant:a/b::scope:s' where id = '00000000-0000-0000-0000-0000000000d1'"),
          new Broken(
              "cross_tenant_edge_scope_mismatch",
              "update memory_edges set dst_id = '00000000-0000-0000-0000-0000000000b1'"),
          new Broken(
              "cross_tenant_rule_def_scope_mismatch",
              "update memory_rule_defs set scope = 'plain'"),
          new Broken(
              "cross_tenant_rule_feedback_scope_mismatch",
              "update memory_rule_feedback set scope = 'plain', decision_id = null"),
          new Broken(
              "cross_tenant_outbox_scope_mismatch",
              "update memory_outbox set commit_id = '00000000-0000-0000-0000-0000000000c2'"),
          new Broken(
              "cross_tenant_commit_parent_scope_mismatch",
              """
              update memory_commits set parent_id = '00000000-0000-0000-0000-0000000000c3'
              where id = '00000000-0000-0000-0000-0000000000c1'\
              """),
          new Broken(
              "cross_tenant_decision_scope_mismatch",
              "update memory_execution_decisions set scope = 'tenant:b::scope:t'"));

  @Test
  void eachMixOfTenantsFailsItsOwnCheckAndNoOther() {
    for (Broken broken : BROKEN) {
      try (TestDatabase database = TestDatabase.fresh()) {
        IntegrityKit kit = new IntegrityKit(database.dataSource());
        kit.execute("plain", TENANTS);
        assertThat(IntegrityKit.with("pass", kit.check("check-set", "cross_tenant"))).hasSize(7);

        kit.execute("plain", broken.sql());

        for (String mode : List.of("full", "fast")) {
          ConsistencyReport report = kit.check("check-set", "cross_tenant", "mode", mode);
          assertThat(IntegrityKit.with("fail", report)).as(mode).containsExactly(broken.check());
          assertThat(IntegrityKit.with("error", report)).isEmpty();
          assertThat(IntegrityKit.named(broken.check(), report).path("count").intValue())
              .isEqualTo(1);
        }
      }
    }
  }

  @Test
  void everyCheckAcrossTenantsIsBrokenOnce() {
    assertThat(BROKEN.stream().map(Broken::check))
        .containsExactlyInAnyOrderElementsOf(
            Catalogue.of(Settings.of(Map.of()), true).stream()
                .filter(check -> check.set() == CheckSet.CROSS_TENANT)
                .map(Check::name)
                .toList());
  }

  @Test
  void anEdgeBetweenScopesOfOneTenantMixesNoTenants() {
    try (TestDatabase database = TestDatabase.fresh()) {
      IntegrityKit kit = new IntegrityKit(database.dataSource(), "MEMORY_TENANT_ID", "a");
      kit.execute("plain", TENANTS);
      kit.execute(
          "plain",
          "update memory_edges set dst_id = '00000000-0000-0000-0000-0000000000d1'"); // also a's

      assertThat(IntegrityKit.with("fail", kit.check("check-set", "cross_tenant"))).isEmpty();
      assertThat(
              IntegrityKit.with(
                  "fail",
                  kit.check("scope", "tenant:a::scope:s", "tenant-id", "a", "check-set", "all")))
          .doesNotContain("cross_tenant_edge_scope_mismatch");
    }
  }
}
