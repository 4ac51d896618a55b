/**
 * The public HTTP API. One filter in front ({@link io.perdura.api.EdgeFilter}), one description of
 * each route ({@link io.perdura.api.Route}), one order of checks ({@link io.perdura.api.Calls}),
 * and thin resources behind.
 */
package io.perdura.api;
