package io.perdura.access;

import io.perdura.kernel.Settings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Map;

/** The same quota for every tenant: TENANT_*_RATE_LIMIT_*. */
@ApplicationScoped
class SettingsTenantQuotas implements TenantQuotas {
  private final Map<Limiter.Category, Rate> rates;

  /** For the container's proxy. */
  protected SettingsTenantQuotas() {
    this.rates = Map.of();
  }

  @Inject
  SettingsTenantQuotas(Settings settings) {
    this.rates = LimitSettings.tenantRates(settings);
  }

  @Override
  public Rate of(String tenantId, Limiter.Category category) {
    return rates.get(category);
  }
}
