package io.ebbtide.redis;

import io.ebbtide.health.Outcome;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One PING and one CLUSTER INFO to each node of a cluster that the application uses. Safe for use by many threads; blocks no thread. */
final class ClusterPing {
    /*
     * A command without a key goes to some node: if that one were frozen, the check would hang while the cluster
     * serves, moves its slots to a replica and goes on. So all nodes are asked. The first answer reports the state of
     * the cluster; the other nodes have a moment more, and those still silent then are counted.
     *
     * A node that owes an answer to an earlier run is silent, and is not asked again; its late answer counts, so that a
     * run never depends on one node alone. For the same reason CLUSTER INFO goes out with the PING: a node may freeze
     * after its first answer.
     *
     * Masters that were replaced stay in the cluster's list for ever, without slots: they do not count.
     */
    private static final long MOMENT_MILLIS = 250;

    private final Map<String, CompletableFuture<Outcome>> asked = new ConcurrentHashMap<>();

    /** The answers that one run awaits, by node. */
    private final class Round {
        private final Map<String, CompletableFuture<Outcome>> answers = new HashMap<>();
        private final Map<String, CompletableFuture<Outcome>> owed = new HashMap<>();
        private final CompletableFuture<Outcome> first = new CompletableFuture<>();
        private final CompletableFuture<Void> all = new CompletableFuture<>();

        Round(StatefulRedisClusterConnection<?, ?> cluster, List<String> nodes) {
            for (String node : nodes) {
                var before = asked.get(node);
                if (before == null || before.isDone()) {
                    var answer = ask(cluster, node);
                    asked.put(node, answer);
                    answers.put(node, answer);
                } else {
                    owed.put(node, before);
                }
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // `first` and `all` carry all results
        void await() {
            owed.values().forEach(late -> late.thenAccept(first::complete));
            var owing = new AtomicInteger(answers.size());
            for (var answer : answers.values()) {
                answer.whenComplete((outcome, failure) -> {
                    boolean isLast = owing.decrementAndGet() == 0;
                    if (failure == null) {
                        first.complete(outcome);
                    } else if (isLast) {
                        first.completeExceptionally(failure); // unless one has answered
                    }
                    if (isLast) {
                        all.complete(null);
                    }
                });
            }
        }

        boolean isSilent(String node) {
            var answer = answers.getOrDefault(node, owed.get(node));
            return answer == null || !answer.isDone() || answer.isCompletedExceptionally();
        }
    }

    CompletionStage<Outcome> run(StatefulRedisClusterConnection<?, ?> cluster) {
        List<String> masters = masters(cluster);
        List<String> replicas = readsReplicas(cluster) ? replicas(cluster) : List.of();
        List<String> nodes = new ArrayList<>(masters);
        nodes.addAll(replicas);
        asked.keySet().retainAll(nodes);
        var round = new Round(cluster, nodes);
        if (round.answers.isEmpty()) {
            String reason = nodes.isEmpty() ? "no node of the cluster is known" : "no node of the cluster answers";
            return CompletableFuture.completedStage(Outcome.down(reason));
        }
        round.await();
        return round.first.thenCompose(outcome -> round.all
                .completeOnTimeout(null, MOMENT_MILLIS, TimeUnit.MILLISECONDS)
                .thenApply(ignored -> judged(outcome, round, masters, replicas)));
    }

    /** The masters that serve slots, and decide on a failover; while none does yet, all. */
    private static List<String> masters(StatefulRedisClusterConnection<?, ?> cluster) {
        List<RedisClusterNode> masters = cluster.getPartitions().stream()
                .filter(node -> node.is(RedisClusterNode.NodeFlag.UPSTREAM))
                .toList();
        List<RedisClusterNode> serving =
                masters.stream().filter(node -> !node.getSlots().isEmpty()).toList();
        return (serving.isEmpty() ? masters : serving)
                .stream().map(RedisClusterNode::getNodeId).toList();
    }

    private static List<String> replicas(StatefulRedisClusterConnection<?, ?> cluster) {
        return cluster.getPartitions().stream()
                .filter(node -> node.is(RedisClusterNode.NodeFlag.REPLICA))
                .map(RedisClusterNode::getNodeId)
                .toList();
    }

    private static boolean readsReplicas(StatefulRedisClusterConnection<?, ?> cluster) {
        ReadFrom readFrom = cluster.getReadFrom();
        return readFrom != null && !readFrom.equals(ReadFrom.UPSTREAM);
    }

    private static <K, V> CompletableFuture<Outcome> ask(StatefulRedisClusterConnection<K, V> cluster, String node) {
        try {
            return cluster.getConnectionAsync(node)
                    .thenCompose(connection ->
                            connection.async().ping().thenCombine(state(connection), (pong, outcome) -> outcome));
        } catch (RuntimeException e) { // a node that has just gone
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletionStage<Outcome> state(StatefulRedisConnection<?, ?> connection) {
        return PingCheck.detail("clusterState", connection.async().clusterInfo().thenApply(ClusterState::of));
    }

    /**
     * Without the majority of its masters a cluster cannot decide on a failover, and serves no more (Redis, cluster
     * specification).
     */
    private static Outcome judged(Outcome outcome, Round round, List<String> masters, List<String> replicas) {
        long silentMasters = masters.stream().filter(round::isSilent).count();
        long silent = silentMasters + replicas.stream().filter(round::isSilent).count();
        if (silent == 0) {
            return outcome;
        }
        boolean hasMajority = 2 * silentMasters < masters.size();
        Outcome judged =
                hasMajority || !outcome.passed() ? outcome : Outcome.down("most masters of the cluster do not answer");
        for (Map.Entry<String, Object> detail : outcome.details().entrySet()) {
            judged = judged.with(detail.getKey(), detail.getValue());
        }
        return judged.with("nodesSilent", silent);
    }
}
