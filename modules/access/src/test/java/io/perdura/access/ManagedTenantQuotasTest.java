package io.perdura.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.perdura.access.Limiter.Category;
import io.perdura.kernel.Database;
import io.perdura.kernel.Settings;
import io.perdura.schema.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Quotas of the control plane on a real database. */
class ManagedTenantQuotasTest {
  private static final Rate CONFIGURED = new Rate(30, 60, 0);

  private TestDatabase database;
  private ManagedTenantQuotas quotas;

  @BeforeEach
  void open() {
    database = TestDatabase.fresh();
    quotas = quotas();
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aTenantWithoutAQuotaHasTheConfiguredOne() {
    assertThat(quotas.of("acme", Category.RECALL)).isEqualTo(CONFIGURED);
    quotas.look();
    assertThat(quotas.of("acme", Category.RECALL)).isEqualTo(CONFIGURED);
    assertThat(quotas.of("acme", Category.WRITE)).isEqualTo(new Rate(10, 20, 300));
  }

  @Test
  void everyNumberOfAQuotaCounts() throws SQLException {
    execute("insert into control_tenants (tenant_id) values ('acme')");
    execute(
        "insert into control_tenant_quotas (tenant_id, recall_rps, recall_burst, write_rps, write_burst, write_max_wait_ms,"
            + " debug_embed_rps, debug_embed_burst, recall_text_embed_rps, recall_text_embed_burst, recall_text_embed_max_wait_ms)"
            + " values ('acme', 1.5, 2, 3.5, 4, 5, 6.5, 7, 8.5, 9, 10)");
    quotas.look();
    assertThat(quotas.of("acme", Category.RECALL)).isEqualTo(new Rate(1.5, 2, 0));
    assertThat(quotas.of("acme", Category.WRITE)).isEqualTo(new Rate(3.5, 4, 5));
    assertThat(quotas.of("acme", Category.DEBUG_EMBEDDINGS)).isEqualTo(new Rate(6.5, 7, 0));
    assertThat(quotas.of("acme", Category.RECALL_TEXT_EMBED)).isEqualTo(new Rate(8.5, 9, 10));
    assertThat(quotas.of("globex", Category.RECALL)).isEqualTo(CONFIGURED);
  }

  @Test
  void aChangeAndARemovalAreSeenWithTheNextLook() throws SQLException {
    execute("insert into control_tenants (tenant_id) values ('acme')");
    execute("insert into control_tenant_quotas values ('acme', 1, 1, 1, 1, 0, 1, 1, 1, 1, 0)");
    quotas.look();
    assertThat(quotas.of("acme", Category.WRITE).burst()).isEqualTo(1);

    execute("update control_tenant_quotas set write_burst = 7");
    quotas.look();
    assertThat(quotas.of("acme", Category.WRITE).burst()).isEqualTo(7);

    execute("delete from control_tenants");
    quotas.look();
    assertThat(quotas.of("acme", Category.RECALL)).isEqualTo(CONFIGURED);
  }

  @Test
  void withoutItsTableTheConfiguredQuotasHold() throws SQLException {
    execute("drop table control_quota_epoch");
    quotas.look();
    assertThat(quotas.of("acme", Category.RECALL)).isEqualTo(CONFIGURED);
  }

  private ManagedTenantQuotas quotas() {
    return new ManagedTenantQuotas(
        new Database(database.dataSource()), Settings.of(Map.<String, String>of()));
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
