import type { Call } from "../../call.js";
import type { Caller } from "../../caller.js";
import type { CallOptions } from "../../options.js";
import { items } from "../../paging.js";
import type { Answer, Input, Item } from "../../types.js";

/** Tenants, their projects and quotas. */
export class Tenants {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Creates a tenant or replaces all of it. */
  put(input: Input<"putTenant">, options?: CallOptions): Call<Answer<"putTenant">> {
    return this.#caller.call("putTenant", input, options);
  }

  /** Tenants by id: one page. */
  list(input: Input<"listTenants"> = {}, options?: CallOptions): Call<Answer<"listTenants">> {
    return this.#caller.call("listTenants", input, options);
  }

  /** Every item of `list`, page after page. */
  all(input: Input<"listTenants"> = {}, options?: CallOptions): AsyncGenerator<Item<"listTenants">, void, undefined> {
    return items(this.#caller, "listTenants", input, options);
  }

  /** Creates a project or replaces all of it. */
  putProject(input: Input<"putProject">, options?: CallOptions): Call<Answer<"putProject">> {
    return this.#caller.call("putProject", input, options);
  }

  /** Sets a tenant's own limits. */
  putQuota(input: Input<"putTenantQuota">, options?: CallOptions): Call<Answer<"putTenantQuota">> {
    return this.#caller.call("putTenantQuota", input, options);
  }

  /** A tenant's own limits; 404 when it has none. */
  quota(input: Input<"getTenantQuota">, options?: CallOptions): Call<Answer<"getTenantQuota">> {
    return this.#caller.call("getTenantQuota", input, options);
  }

  /** Lets the usual limits count again. */
  deleteQuota(input: Input<"deleteTenantQuota">, options?: CallOptions): Call<Answer<"deleteTenantQuota">> {
    return this.#caller.call("deleteTenantQuota", input, options);
  }
}

/** Managed API keys. */
export class ApiKeys {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Makes a key, shown in this answer and never again. */
  create(input: Input<"createApiKey">, options?: CallOptions): Call<Answer<"createApiKey">> {
    return this.#caller.call("createApiKey", input, options);
  }

  /** Keys, newest first: one page. */
  list(input: Input<"listApiKeys"> = {}, options?: CallOptions): Call<Answer<"listApiKeys">> {
    return this.#caller.call("listApiKeys", input, options);
  }

  /** Every item of `list`, page after page. */
  all(input: Input<"listApiKeys"> = {}, options?: CallOptions): AsyncGenerator<Item<"listApiKeys">, void, undefined> {
    return items(this.#caller, "listApiKeys", input, options);
  }

  /** Keys that should have been rotated. */
  stale(input: Input<"reportStaleApiKeys"> = {}, options?: CallOptions): Call<Answer<"reportStaleApiKeys">> {
    return this.#caller.call("reportStaleApiKeys", input, options);
  }

  /** Ends a key. */
  revoke(input: Input<"revokeApiKey">, options?: CallOptions): Call<Answer<"revokeApiKey">> {
    return this.#caller.call("revokeApiKey", input, options);
  }

  /** Replaces a key, at once or with an overlap. */
  rotate(input: Input<"rotateApiKey">, options?: CallOptions): Call<Answer<"rotateApiKey">> {
    return this.#caller.call("rotateApiKey", input, options);
  }
}

/** Administrators' credentials. */
export class Credentials {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Makes a credential, shown in this answer and never again. */
  create(input: Input<"createAdminCredential">, options?: CallOptions): Call<Answer<"createAdminCredential">> {
    return this.#caller.call("createAdminCredential", input, options);
  }

  /** Credentials, newest first: one page. */
  list(input: Input<"listAdminCredentials"> = {}, options?: CallOptions): Call<Answer<"listAdminCredentials">> {
    return this.#caller.call("listAdminCredentials", input, options);
  }

  /** Every item of `list`, page after page. */
  all(
    input: Input<"listAdminCredentials"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listAdminCredentials">, void, undefined> {
    return items(this.#caller, "listAdminCredentials", input, options);
  }

  /** Ends a credential. */
  revoke(input: Input<"revokeAdminCredential">, options?: CallOptions): Call<Answer<"revokeAdminCredential">> {
    return this.#caller.call("revokeAdminCredential", input, options);
  }
}

/** Changes of the control plane. */
export class Audit {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Changes, newest first: one page. */
  list(input: Input<"listAuditEvents"> = {}, options?: CallOptions): Call<Answer<"listAuditEvents">> {
    return this.#caller.call("listAuditEvents", input, options);
  }

  /** Every item of `list`, page after page. */
  all(
    input: Input<"listAuditEvents"> = {},
    options?: CallOptions,
  ): AsyncGenerator<Item<"listAuditEvents">, void, undefined> {
    return items(this.#caller, "listAuditEvents", input, options);
  }
}
