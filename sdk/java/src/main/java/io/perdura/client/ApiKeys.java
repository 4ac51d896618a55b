package io.perdura.client;

import io.perdura.client.model.ApiKeyAnswer;
import io.perdura.client.model.ApiKeyInput;
import io.perdura.client.model.ApiKeyList;
import io.perdura.client.model.ApiKeyRotation;
import io.perdura.client.model.ApiKeyRow;
import io.perdura.client.model.ListApiKeysParams;
import io.perdura.client.model.NewApiKeyAnswer;
import io.perdura.client.model.ReportStaleApiKeysParams;
import io.perdura.client.model.RotatedApiKeyAnswer;
import io.perdura.client.model.StaleApiKeys;

/** Tenants' keys. */
public final class ApiKeys {
  private final Perdura client;

  ApiKeys(Perdura client) {
    this.client = client;
  }

  /** Make an API key; it is shown in this answer and never again: <code>createApiKey</code>. */
  public Call<NewApiKeyAnswer> create(ApiKeyInput request) {
    return client.call(Operation.CREATE_API_KEY, NewApiKeyAnswer.class).body(request);
  }

  /** API keys, newest first: <code>listApiKeys</code>. */
  public Call<ApiKeyList> list(ListApiKeysParams params) {
    return client.call(Operation.LIST_API_KEYS, ApiKeyList.class).query(Json.properties(params));
  }

  /** All pages of {@link #list}. */
  public Paged<ApiKeyRow> all(ListApiKeysParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client.call(Operation.LIST_API_KEYS, ApiKeyList.class).query(query).get().getKeys());
  }

  /** API keys that should have been rotated: <code>reportStaleApiKeys</code>. */
  public Call<StaleApiKeys> stale(ReportStaleApiKeysParams params) {
    return client
        .call(Operation.REPORT_STALE_API_KEYS, StaleApiKeys.class)
        .query(Json.properties(params));
  }

  /** End an API key; every server refuses it within two seconds: <code>revokeApiKey</code>. */
  public Call<ApiKeyAnswer> revoke(String id) {
    return client.call(Operation.REVOKE_API_KEY, ApiKeyAnswer.class).path("id", id);
  }

  /** Replace an API key, at once or with an overlap: <code>rotateApiKey</code>. */
  public Call<RotatedApiKeyAnswer> rotate(String id, ApiKeyRotation request) {
    return client
        .call(Operation.ROTATE_API_KEY, RotatedApiKeyAnswer.class)
        .path("id", id)
        .body(request);
  }
}
