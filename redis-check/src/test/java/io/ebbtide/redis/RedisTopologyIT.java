package io.ebbtide.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection to several real servers, of which some are frozen: what the application can do decides. */
@Tag("extended")
final class RedisTopologyIT {
    /** Reached by a broken product alone. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static final int SLOTS = 16_384;

    private final List<RealRedis> servers = new ArrayList<>();
    private Ebbtide service;

    @AfterEach
    void stop() {
        servers.forEach(RealRedis::thaw);
        if (service != null) {
            service.close();
        }
        servers.forEach(RealRedis::close);
    }

    /** Whichever it is: a command without a key would go to one of them. */
    @Test
    void cluster_ofWhichOneNodeIsFrozen_isUp_andSaysSo() {
        RedisClusterClient client = RedisClusterClient.create(cluster().uri());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            run(patient(RedisCheck.of(connection).required()));
            await().until(() ->
                    check().status() == Status.UP && !check().details().containsKey("nodesSilent"));

            for (RealRedis node : servers) {
                node.freeze();
                await().until(() -> Long.valueOf(1).equals(check().details().get("nodesSilent")));
                Instant seen = check().checkedAt();
                await().until(() -> check().checkedAt().isAfter(seen)); // more than one run
                assertThat(check().status()).isEqualTo(Status.UP);
                node.thaw();
                await().until(() -> !check().details().containsKey("nodesSilent"));
            }
            service.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** The run that waits for the last of them ends with the answer of any. */
    @Test
    void cluster_ofWhichAllNodesWereFrozen_isUpWithoutTheLastOfThem() {
        RedisClusterClient client = RedisClusterClient.create(cluster().uri());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            run(patient(RedisCheck.of(connection).required()));
            awaitStatus(Status.UP);
            servers.get(0).freeze();
            servers.get(2).freeze();
            await().until(() -> Long.valueOf(2).equals(check().details().get("nodesSilent")));
            servers.get(1).freeze();
            await().until(() -> check().reason().startsWith("no answer within"));

            servers.get(0).thaw();
            servers.get(2).thaw();

            await().untilAsserted(() -> {
                CheckStatus status = awaitStatus(Status.UP);
                assertThat(status.details()).containsEntry("nodesSilent", 1L);
            });
            servers.get(1).thaw();
            service.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @Test
    void cluster_thatHasLostMostOfItsNodes_isDown() {
        RedisClusterClient client = RedisClusterClient.create(cluster().uri());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            run(patient(RedisCheck.of(connection).required()));
            awaitStatus(Status.UP);

            servers.get(0).freeze();
            servers.get(2).freeze();
            await().untilAsserted(
                            () -> { // on a busy machine the first attempt may end for want of time
                                CheckStatus status = awaitStatus(Status.DOWN);
                                assertThat(status.reason()).isEqualTo("most masters of the cluster do not answer");
                                assertThat(status.details()).containsEntry("nodesSilent", 2L);
                            });
            servers.forEach(RealRedis::thaw);
            awaitStatus(Status.UP);
            service.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** The one that was replaced stays in the cluster's list, dead and without slots, and must not count for ever. */
    @Test
    void cluster_thatHasFailedOver_isUpAgain() {
        RealRedis master = cluster(1_000);
        RealRedis replica = start(
                "--cluster-enabled", "yes",
                "--cluster-node-timeout", "1000",
                // However long a busy machine takes to elect it.
                "--cluster-replica-validity-factor", "0");
        replicate(replica, servers.get(1));
        servers.forEach(RedisTopologyIT::awaitOneReplica);
        RedisClusterClient client = RedisClusterClient.create(master.uri());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            run(quick(RedisCheck.of(connection).required()));
            awaitStatus(Status.UP);

            servers.get(1).kill();
            await().until(() -> {
                client.refreshPartitions();
                return client.getPartitions().stream()
                        .anyMatch(node -> node.getUri().getPort() == replica.port()
                                && !node.getSlots().isEmpty());
            });
            await().untilAsserted(() -> {
                CheckStatus status = check();
                assertThat(status.status()).isEqualTo(Status.UP);
                assertThat(status.details()).doesNotContainKey("nodesSilent").containsEntry("slotsOk", (long) SLOTS);
            });
            service.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    private void replicate(RealRedis replica, RealRedis master) {
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<String, String> node = client.connect(RedisURI.create(replica.uri()));
                StatefulRedisConnection<String, String> other = client.connect(RedisURI.create(master.uri()))) {
            node.sync().clusterMeet("127.0.0.1", master.port());
            String id = other.sync().clusterMyId();
            await().until(() -> node.sync().clusterNodes().contains(id));
            node.sync().clusterReplicate(id);
            await().until(() -> node.sync().info("replication").contains("master_link_status:up"));
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** Masters vote only for a replica that they know, and a replica asks only the masters that it knows. */
    private static void awaitOneReplica(RealRedis server) {
        RedisClient client = RedisClient.create();
        try (StatefulRedisConnection<String, String> node = client.connect(RedisURI.create(server.uri()))) {
            await().until(() -> {
                List<RedisClusterNode> known =
                        List.copyOf(ClusterPartitionParser.parse(node.sync().clusterNodes()));
                return known.size() == 4
                        && known.stream()
                                        .filter(each -> each.is(RedisClusterNode.NodeFlag.REPLICA))
                                        .count()
                                == 1;
            });
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** Where reads go to a replica, a frozen one is as bad as a frozen master; where they do not, it does not count. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void frozenReplica_countsIfReadsGoThere(boolean readFromReplica) {
        RealRedis master = start();
        RealRedis replica = start("--replicaof", "127.0.0.1", String.valueOf(master.port()));
        RedisClient client = RedisClient.create();
        awaitLink(client, replica);
        try (StatefulRedisMasterReplicaConnection<String, String> connection = MasterReplica.connect(
                client, StringCodec.UTF8, List.of(RedisURI.create(master.uri()), RedisURI.create(replica.uri())))) {
            connection.setReadFrom(readFromReplica ? ReadFrom.REPLICA : ReadFrom.UPSTREAM);
            run(quick(RedisCheck.of(connection).required()));
            awaitStatus(Status.UP);

            replica.freeze();
            if (readFromReplica) {
                assertThat(awaitStatus(Status.DOWN).reason()).isEqualTo("no answer within 300 ms");
            } else {
                Instant seen = check().checkedAt();
                await().until(() -> check().checkedAt().isAfter(seen.plusSeconds(1)));
                assertThat(check().status()).isEqualTo(Status.UP);
            }
            replica.thaw();
            awaitStatus(Status.UP);
            service.close();
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    /** Three masters that share the slots; patient, so that none is failed over. Returns one of them. */
    private RealRedis cluster() {
        return cluster(120_000);
    }

    private RealRedis cluster(int nodeTimeoutMillis) {
        for (int i = 0; i < 3; i++) {
            start("--cluster-enabled", "yes", "--cluster-node-timeout", String.valueOf(nodeTimeoutMillis));
        }
        RedisClient client = RedisClient.create();
        try {
            for (int i = 0; i < 3; i++) {
                try (StatefulRedisConnection<String, String> node =
                        client.connect(RedisURI.create(servers.get(i).uri()))) {
                    int from = SLOTS * i / 3;
                    int to = SLOTS * (i + 1) / 3;
                    node.sync().clusterAddSlots(IntStream.range(from, to).toArray());
                    node.sync().clusterMeet("127.0.0.1", servers.get(0).port());
                }
            }
            for (RealRedis each : servers) {
                try (StatefulRedisConnection<String, String> node = client.connect(RedisURI.create(each.uri()))) {
                    await().until(() -> {
                        String info = node.sync().clusterInfo();
                        return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3");
                    });
                }
            }
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
        return servers.get(0);
    }

    private static void awaitLink(RedisClient client, RealRedis replica) {
        try (StatefulRedisConnection<String, String> connection = client.connect(RedisURI.create(replica.uri()))) {
            await().until(() -> connection.sync().info("replication").contains("master_link_status:up"));
        }
    }

    private RealRedis start(String... settings) {
        RealRedis server = RealRedis.start(settings);
        servers.add(server);
        return server;
    }

    private void run(Check check) {
        service = Ebbtide.builder("it").readiness("redis", check).build().start();
    }

    private static Check quick(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofMillis(300));
    }

    /** Of several servers, of which those that answer may be slow on a busy machine. */
    private static Check patient(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofSeconds(5));
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(HANG).pollInterval(Duration.ofMillis(10));
    }

    private CheckStatus check() {
        return service.health().snapshot().checks().get(0);
    }

    private CheckStatus awaitStatus(Status status) {
        return await().until(this::check, check -> check.known() && check.status() == status);
    }
}
