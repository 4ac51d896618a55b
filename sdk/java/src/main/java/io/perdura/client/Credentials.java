package io.perdura.client;

import io.perdura.client.model.AdminCredentialAnswer;
import io.perdura.client.model.AdminCredentialInput;
import io.perdura.client.model.AdminCredentialList;
import io.perdura.client.model.AdminCredentialRow;
import io.perdura.client.model.ListAdminCredentialsParams;
import io.perdura.client.model.NewAdminCredentialAnswer;

/** Administrators' own credentials. */
public final class Credentials {
  private final Perdura client;

  Credentials(Perdura client) {
    this.client = client;
  }

  /**
   * *Perdura*: a credential for one administrator; it is shown in this answer and never again:
   * <code>createAdminCredential</code>.
   */
  public Call<NewAdminCredentialAnswer> create(AdminCredentialInput request) {
    return client
        .call(Operation.CREATE_ADMIN_CREDENTIAL, NewAdminCredentialAnswer.class)
        .body(request);
  }

  /** *Perdura*: administrators' credentials, newest first: <code>listAdminCredentials</code>. */
  public Call<AdminCredentialList> list(ListAdminCredentialsParams params) {
    return client
        .call(Operation.LIST_ADMIN_CREDENTIALS, AdminCredentialList.class)
        .query(Json.properties(params));
  }

  /** All pages of {@link #list}. */
  public Paged<AdminCredentialRow> all(ListAdminCredentialsParams params) {
    return Pages.byOffset(
        Json.properties(params),
        query ->
            client
                .call(Operation.LIST_ADMIN_CREDENTIALS, AdminCredentialList.class)
                .query(query)
                .get()
                .getCredentials());
  }

  /** *Perdura*: end a credential at once: <code>revokeAdminCredential</code>. */
  public Call<AdminCredentialAnswer> revoke(String id) {
    return client
        .call(Operation.REVOKE_ADMIN_CREDENTIAL, AdminCredentialAnswer.class)
        .path("id", id);
  }
}
