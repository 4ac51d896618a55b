/**
 * The audit trail: what every call leaves behind, linked into chains of hashes that show whether
 * anything was changed, taken away or lost (ADR 18).
 */
package io.perdura.audit;
