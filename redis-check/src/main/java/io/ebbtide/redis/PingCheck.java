package io.ebbtide.redis;

import io.ebbtide.health.Outcome;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** One PING, and the additional commands. */
final class PingCheck implements Callable<CompletionStage<Outcome>> {
    private final Link link;
    private final boolean withRole;
    private final ClusterPing clusterPing = new ClusterPing();

    PingCheck(Link link, boolean withRole) {
        this.link = link;
        this.withRole = withRole;
    }

    /**
     * The returned stage cannot be cancelled: a PING that waits for its answer stays pending, and the run hangs with
     * it; otherwise PINGs would accumulate in front of a server that does not read.
     */
    @Override
    public CompletionStage<Outcome> call() {
        return link.connection()
                .thenCompose(this::ping)
                .handle((outcome, failure) -> failure == null ? outcome : failed(failure))
                .toCompletableFuture()
                .minimalCompletionStage();
    }

    /** A client's timeout may be shorter than the check's; its connection is silent all the same. */
    private Outcome failed(Throwable failure) {
        if (RedisReason.isOfTheConnection(failure)) {
            link.giveUp();
        }
        return RedisReason.of(failure);
    }

    /** A user without permission for the details is no evidence about the server, which has just answered a PING. */
    static CompletionStage<Outcome> detail(String name, CompletionStage<Outcome> asked) {
        return asked.handle((outcome, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedStage(outcome);
                    }
                    return RedisReason.isNotPermitted(failure)
                            ? CompletableFuture.completedStage(Outcome.up().with(name, "not permitted"))
                            : CompletableFuture.<Outcome>failedStage(failure);
                })
                .thenCompose(stage -> stage);
    }

    /** A PING goes to the master, also where reads go to replicas; TIME goes where reads do. */
    private static CompletionStage<Outcome> reads(StatefulRedisConnection<?, ?> connection) {
        boolean elsewhere = connection instanceof StatefulRedisMasterReplicaConnection<?, ?> split
                && split.getReadFrom() != null
                && !split.getReadFrom().equals(ReadFrom.UPSTREAM);
        return elsewhere
                ? detail("reads", connection.async().time().thenApply(time -> Outcome.up()))
                : CompletableFuture.completedStage(Outcome.up());
    }

    private CompletionStage<Outcome> ping(StatefulConnection<?, ?> connection) {
        if (!connection.isOpen()) { // or Lettuce would keep the PING until it is connected again
            link.giveUp(); // a client without autoReconnect never would
            return CompletableFuture.completedStage(Outcome.down("not connected"));
        }
        if (connection instanceof StatefulRedisClusterConnection<?, ?> cluster) {
            return clusterPing.run(cluster);
        }
        if (connection instanceof StatefulRedisSentinelConnection<?, ?> sentinel) {
            return sentinel.async().ping().thenApply(pong -> Outcome.up());
        }
        if (connection instanceof StatefulRedisConnection<?, ?> single) {
            CompletionStage<Outcome> answered = single.async().ping().thenCompose(pong -> reads(single));
            return withRole
                    ? answered.thenCompose(
                            answer -> detail("role", single.async().role().thenApply(Role::of)))
                    : answered;
        }
        throw new IllegalArgumentException(
                "connection: " + connection.getClass().getName() + " (expected: single, cluster or Sentinel)");
    }
}
