package io.ebbtide.redis;

import io.ebbtide.health.Outcome;
import java.util.Map;
import java.util.stream.Collectors;

/** Parses the answer to CLUSTER INFO. */
final class ClusterState {
    private ClusterState() {}

    static Outcome of(String info) {
        Map<String, String> fields = info.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip(), (one, other) -> one));
        String state = fields.getOrDefault("cluster_state", "unknown");
        Outcome outcome = state.equals("ok") ? Outcome.up() : Outcome.down("cluster cannot serve every slot");
        return outcome.with("clusterState", state)
                .with("slotsOk", number(fields, "cluster_slots_ok"))
                .with("nodes", number(fields, "cluster_known_nodes"));
    }

    private static long number(Map<String, String> fields, String name) {
        String value = fields.getOrDefault(name, "");
        return value.matches("\\d{1,18}") ? Long.parseLong(value) : 0;
    }
}
