/**
 * What operators see of the cluster: its members, the telemetry of requests, and the housekeeping
 * of what requests leave behind.
 */
package io.perdura.control;
