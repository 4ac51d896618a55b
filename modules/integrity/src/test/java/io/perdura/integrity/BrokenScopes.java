package io.perdura.integrity;

import java.util.List;

/** For each check over a scope, what makes exactly that check fail. */
final class BrokenScopes {
  private BrokenScopes() {}

  /**
   * @param sql run as one, with {@code {scope}} and client ids in braces
   * @param undo what puts back what other scopes would notice; empty = nothing
   */
  record Broken(String check, String sql, String undo) {
    @Override
    public String toString() {
      return check;
    }
  }

  private static Broken of(String check, String sql) {
    return new Broken(check, sql, "");
  }

  private static Broken slots(String check, String node, String slots) {
    return of(
        check,
        "update memory_nodes set slots = slots || '" + slots + "' where id = '{" + node + "}'");
  }

  static final List<Broken> CONTRACT =
      List.of(
          of(
              "edges_cross_scope",
              """
              insert into memory_nodes (id, scope, type, memory_lane, commit_id, embedding_status)
                select md5('{scope}x')::uuid, '{scope}-other', 'entity', 'shared', commit_id, 'pending' from memory_nodes
                where id = '{e1}';
              insert into memory_edges (id, scope, type, src_id, dst_id, commit_id)
                select md5('{scope}edge')::uuid, '{scope}', 'related_to', '{e1}', md5('{scope}x')::uuid, commit_id
                from memory_nodes where id = '{e1}'
              """),
          of(
              "embedding_dim_mismatch",
              "update memory_vectors set embedding = '{SHORT}' where node_id = '{e1}'"),
          of("embedding_ready_without_vector", "delete from memory_vectors where node_id = '{e1}'"),
          of(
              "embedding_not_ready_with_vector",
              "update memory_nodes set embedding_status = 'pending' where id = '{e1}'"),
          of(
              "embedding_model_missing_for_ready",
              "update memory_nodes set embedding_model = ' ' where id = '{e1}'"),
          of(
              "embedding_model_invalid_for_ready",
              "update memory_nodes set embedding_model = 'unknown:x' where id = '{e1}'"),
          of(
              "topic_state_invalid",
              """
              update memory_nodes set slots = slots || '{"topic_state": "odd"}' where scope = '{scope}' and type = 'topic'
                and id = (select min(id::text)::uuid from memory_nodes where scope = '{scope}' and type = 'topic')
              """),
          of(
              "topic_member_count_invalid",
              """
              update memory_nodes set slots = slots || '{"member_count": "many"}' where scope = '{scope}' and type = 'topic'
              """),
          slots("tier_transition_marker_invalid", "e1", "{\"last_tier_transition_ms\": \"soon\"}"),
          of(
              "protected_nodes_recently_tiered",
              """
              update memory_nodes set slots = jsonb_build_object('legal_hold', 'YES', 'last_tier_transition_ms',
                (extract(epoch from now()) * 1000)::bigint - 1000) where id = '{e1}'
              """),
          of(
              "archive_salience_too_high",
              "update memory_nodes set salience = 0.5 where id = '{n1}'"),
          slots("adaptive_feedback_quality_invalid", "e1", "{\"feedback_quality\": 1.5}"),
          slots("adaptive_feedback_counts_invalid", "e1", "{\"feedback_negative\": -1}"),
          slots("compression_citations_invalid", "roll", "{\"citations\": {\"node_id\": 1}}"),
          slots(
              "compression_citation_node_missing",
              "roll",
              "{\"citations\": [{\"node_id\": \"00000000-0000-0000-0000-000000000001\"}]}"),
          of(
              "alias_self_reference",
              "update memory_nodes set slots = jsonb_build_object('superseded_by', upper(id::text)) where id = '{n2}'"),
          slots(
              "alias_target_missing",
              "n2",
              "{\"alias_of\": \"------------------------------------\"}"),
          slots(
              "superseded_target_missing",
              "n2",
              "{\"superseded_by\": \"00000000-0000-0000-0000-000000000001\"}"),
          of(
              "alias_target_type_mismatch",
              "update memory_nodes set slots = jsonb_build_object('alias_of', '{n1}') where id = '{n2}'"),
          slots(
              "consolidation_conflict_detected_without_override",
              "n2",
              "{\"consolidation_conflict_detected\": true, \"consolidation_conflict_override\": 0}"),
          of(
              "aliased_nodes_with_incident_edges",
              "update memory_nodes set slots = jsonb_build_object('alias_of', '{e2}') where id = '{e1}'"),
          new Broken(
              "private_rule_owner_constraint_not_validated",
              """
              alter table memory_nodes drop constraint private_rule_has_owner;
              alter table memory_nodes add constraint private_rule_has_owner check (type <> 'rule'
                or memory_lane <> 'private' or owner_agent_id is not null or owner_team_id is not null) not valid
              """,
              "alter table memory_nodes validate constraint private_rule_has_owner"),
          of(
              "private_lane_without_owner",
              "update memory_nodes set owner_agent_id = null where id = '{mine}'"),
          of(
              "private_rule_without_owner",
              "update memory_nodes set owner_team_id = ' ' where id = '{own}'"),
          of(
              "rule_scope_target_missing",
              "update memory_rule_defs set rule_scope = 'agent', target_agent_id = '' where rule_node_id = '{rule}'"),
          of(
              "tools_feedback_missing_decision_id",
              "update memory_rule_feedback set decision_id = null where scope = '{scope}'"),
          of(
              "tools_feedback_decision_link_broken",
              "update memory_execution_decisions set scope = '{scope}-other' where scope = '{scope}'"),
          of(
              "tools_feedback_run_id_mismatch_with_decision",
              "update memory_rule_feedback set run_id = 'another' where scope = '{scope}'"),
          of(
              "tools_decision_missing_run_id",
              "update memory_execution_decisions set run_id = ' ' where scope = '{scope}'"),
          new Broken(
              "nodes_missing_commit_id",
              """
              alter table memory_nodes alter commit_id drop not null;
              update memory_nodes set commit_id = null where id = '{e1}'
              """,
              """
              delete from memory_nodes where commit_id is null;
              alter table memory_nodes alter commit_id set not null
              """),
          new Broken(
              "edges_missing_commit_id",
              """
              alter table memory_edges alter commit_id drop not null;
              update memory_edges set commit_id = null where scope = '{scope}'
              """,
              """
              delete from memory_edges where commit_id is null;
              alter table memory_edges alter commit_id set not null
              """),
          of(
              "outbox_should_be_failed_but_not_marked",
              """
              update memory_outbox set lease_until = now() - interval '1 second', claimed_at = now()
              where scope = '{scope}' and job_key = 'last'
              """),
          of(
              "outbox_claimed_too_old",
              """
              update memory_outbox set lease_until = now() - interval '1 second', attempts = 1
              where scope = '{scope}' and job_key = 'last'
              """));

  static final List<Broken> OWN =
      List.of(
          of(
              "outbox_dead_letters",
              """
              insert into memory_outbox (scope, commit_id, event_type, job_key, failed_at, failed_reason)
                select '{scope}', commit_id, 'embed_nodes', 'dead', now(), 'refused' from memory_nodes where id = '{e1}'
              """),
          of(
              "outbox_oldest_pending_age",
              "update memory_outbox set created_at = now() - interval '16 minutes' where scope = '{scope}'"),
          of(
              "embedding_failed_nodes",
              """
              update memory_nodes set embedding_status = 'failed', embedding_last_error = 'HTTP 400' where id = '{bare}'
              """),
          of("node_slots_not_an_object", "update memory_nodes set slots = '[1]' where id = '{e1}'"),
          of(
              "node_score_out_of_range",
              "update memory_nodes set importance = 'NaN' where id = '{e1}'"),
          slots("alias_reference_malformed", "n2", "{\"alias_of\": 7}"),
          of(
              "vector_copy_stale",
              "update memory_vectors set memory_lane = 'shared', owner_agent_id = null where node_id = '{mine}'"),
          of(
              "alias_cycle",
              """
              update memory_nodes set slots = jsonb_build_object('alias_of', '{roll}') where id = '{n2}';
              update memory_nodes set slots = jsonb_build_object('alias_of', '{n2}') where id = '{roll}';
              delete from memory_edges where src_id = '{roll}'
              """),
          slots(
              "compression_citation_malformed", "roll", "{\"citations\": [7, {\"node_id\": {}}]}"),
          of(
              "topic_member_count_differs",
              """
              update memory_nodes set slots = slots || '{"member_count": 7}' where scope = '{scope}' and type = 'topic'
                and id = (select min(id::text)::uuid from memory_nodes where scope = '{scope}' and type = 'topic')
              """),
          of(
              "commit_hash_mismatch",
              "update memory_commits set actor = 'somebody else' where scope = '{scope}'"),
          of(
              "commit_chain_fork",
              """
              insert into memory_commits (id, scope, parent_id, kind, input_sha256, diff_sha256, commit_hash, created_at)
                select md5('{scope}' || i)::uuid, '{scope}', commit_id, 'job', 'i', 'd', '{scope}' || i,
                  now() - interval '1 day'
                from memory_nodes, generate_series(1, 2) i where id = '{e1}'
              """),
          of(
              "commit_parent_in_other_scope",
              """
              insert into memory_commits (id, scope, input_sha256, diff_sha256, commit_hash)
                values (md5('{scope}p')::uuid, '{scope}-other', 'i', 'd', '{scope}p');
              insert into memory_commits (id, scope, parent_id, kind, input_sha256, diff_sha256, commit_hash, created_at)
                values (md5('{scope}c')::uuid, '{scope}', md5('{scope}p')::uuid, 'job', 'i', 'd', '{scope}c',
                  now() - interval '1 day')
              """));
}
