package io.perdura.control;

/**
 * What a server says of itself.
 *
 * @param id unique in the cluster
 * @param role api, worker or all
 * @param version of the build
 * @param host name of the machine
 * @param httpPort public port, null when its door is shut
 * @param schemaVersion the schema that the build needs
 */
public record Member(
    String id, String role, String version, String host, Integer httpPort, String schemaVersion) {}
