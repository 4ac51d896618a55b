package io.perdura.recall;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What stage 2 loaded: the seeds that passed their filters, the nodes around them and the edges in
 * between (contract, section 5.5).
 *
 * @param seedIds ids of the seeds, best first
 * @param nodes loaded nodes by id in order of discovery, seeds first
 * @param edges edges whose ends are both loaded, by weight, then confidence, descending
 */
record Neighbourhood(List<UUID> seedIds, Map<UUID, LoadedNode> nodes, List<LoadedEdge> edges) {}
