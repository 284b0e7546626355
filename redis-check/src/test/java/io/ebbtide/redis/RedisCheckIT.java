package io.ebbtide.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Status;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check against real servers: frozen, killed, loading, full, locked. */
final class RedisCheckIT {
    /** Reached by a broken product alone. */
    private static final Duration HANG = Duration.ofMinutes(2);

    private static RealRedis redis;

    private RedisClient client;
    private Ebbtide service;

    @BeforeAll
    static void startRedis() {
        redis = RealRedis.start();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void stop() {
        if (service != null) {
            service.close();
        }
        if (client != null) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    @Test
    void redis_thatAnswers_isUp_andReportsItsLatency() {
        run(RedisCheck.of(connected(redis).connect()));

        CheckStatus status = awaitStatus(Status.UP);

        assertThat(status.latency()).isPositive();
        assertThat(status.required()).isFalse();
    }

    @Test
    void frozenRedis_isShownAsHung_andBackWithTheAnswer() {
        run(quick(RedisCheck.of(connected(redis).connect())));
        awaitStatus(Status.UP);

        redis.freeze();
        try {
            CheckStatus status = awaitStatus(Status.DEGRADED);

            assertThat(status.reason()).isEqualTo("no answer within 300 ms");
            assertThat(status.hungSince()).isNotNull();
        } finally {
            redis.thaw();
        }
        awaitStatus(Status.UP);
    }

    /** 200 suspect intervals of a server that answers nothing: the PING waits, and no thread with it. */
    @Test
    @Tag("full")
    void frozenRedis_costsNoThreads() {
        run(RedisCheck.of(connected(redis).connect())
                .every(Duration.ofMillis(20))
                .timeout(Duration.ofMillis(20)));
        awaitStatus(Status.UP);

        redis.freeze();
        try {
            Instant end = awaitStatus(Status.DEGRADED).checkedAt().plusSeconds(5);
            await().until(() -> {
                assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> thread.getName().startsWith("ebbtide-it-check"))
                        .hasSizeLessThan(10); // and not one for each
                return check().checkedAt().isAfter(end);
            });
        } finally {
            redis.thaw();
        }
        awaitStatus(Status.UP);
    }

    @Test
    void killedRedis_isReportedAtOnce_andBackAfterItsRestart() {
        run(quick(RedisCheck.of(connected(redis).connect())));
        awaitStatus(Status.UP);

        redis.kill();
        try {
            assertThat(awaitStatus(Status.DEGRADED).reason()).isIn("not connected", "no answer within 300 ms");
        } finally {
            redis.restart();
        }
        awaitStatus(Status.UP);
    }

    @Test
    void ownConnection_isOpenedOnce_andClosedAtTheStop() {
        try (StatefulRedisConnection<String, String> observer = connected(redis).connect()) {
            long before = connections(observer);
            run(patient(RedisCheck.of(client)));
            awaitStatus(Status.UP);
            long enough = pings(observer) + 5;
            await().until(() -> {
                assertThat(connections(observer)).isEqualTo(before + 1);
                return pings(observer) >= enough;
            });

            service.close();

            await().untilAsserted(() -> assertThat(connections(observer)).isEqualTo(before));
        }
    }

    @Test
    @Tag("full")
    void ownConnection_toAFrozenRedis_isCleanedUpOnceItIsBack() {
        try (StatefulRedisConnection<String, String> observer = connected(redis).connect()) {
            long before = connections(observer);
            run(quick(RedisCheck.of(client)));
            awaitStatus(Status.UP);

            for (int i = 0; i < 2; i++) {
                redis.freeze();
                try {
                    awaitStatus(Status.DEGRADED);
                } finally {
                    redis.thaw();
                }
                awaitStatus(Status.UP);
            }

            await().untilAsserted(() -> assertThat(connections(observer)).isEqualTo(before + 1));
        }
    }

    @Test
    void ownConnection_beforeRedisIsThere_isOpenedOnceItIs() {
        redis.kill();
        try {
            run(quick(RedisCheck.of(connected(redis))));
            awaitReason("connection refused");
        } finally {
            redis.restart();
        }
        awaitStatus(Status.UP);
    }

    /** "autoReconnect(false)" is for applications that open connections as they need them. */
    @Test
    void ownConnection_ofAClientThatDoesNotReconnect_isOpenedAnew() {
        RedisClient once = connected(redis);
        once.setOptions(ClientOptions.builder().autoReconnect(false).build());
        run(quick(RedisCheck.of(once)));
        awaitStatus(Status.UP);

        redis.kill();
        try {
            awaitStatus(Status.DEGRADED);
        } finally {
            redis.restart();
        }

        awaitStatus(Status.UP);
    }

    private static final String CLUSTER = "--cluster-enabled yes ";
    private static final String PERMISSIONS =
            "--user app on nopass ~* &* +@all -role -cluster +cluster|nodes +cluster|slots +cluster|shards +cluster|myid";

    /** Users may ask for less than an administrator: a verdict does not depend on the details. */
    @Test
    void detailsThatAUserMayNotAsk_decideNothing() {
        try (RealRedis node = RealRedis.start((CLUSTER + PERMISSIONS).split(" "))) {
            RedisURI user = RedisURI.builder()
                    .withHost("127.0.0.1")
                    .withPort(node.port())
                    .withAuthentication("app", "any")
                    .build();
            RedisClient single = RedisClient.create(user);
            RedisClusterClient cluster = RedisClusterClient.create(user);
            try (StatefulRedisClusterConnection<String, String> connection = cluster.connect()) {
                service = Ebbtide.builder("permissions")
                        .readiness("role", patient(RedisCheck.withRole(single)).required())
                        .readiness("cluster", patient(RedisCheck.of(connection)).required())
                        .build()
                        .start();

                await().until(() -> service.health().snapshot().readiness() == Status.UP);

                assertThat(service.health().snapshot().checks().get(0).details())
                        .containsEntry("role", "not permitted");
                assertThat(service.health().snapshot().checks().get(1).details())
                        .containsEntry("clusterState", "not permitted");
                service.close();
            } finally {
                single.shutdown(Duration.ZERO, Duration.ofSeconds(5));
                cluster.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void redis_thatWantsAPassword_saysSo() {
        try (RealRedis locked = RealRedis.start("--requirepass", "s3cret")) {
            run(RedisCheck.of(connected(locked)));
            awaitReason("password missing");
            service.close();

            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            client = RedisClient.create(locked.uri().replace("//", "//:wr0ng@"));
            run(RedisCheck.of(client));
            awaitReason("login refused");
        }
    }

    @Test
    @Tag("full")
    void redis_thatIsLoading_saysSo() {
        try (RealRedis loading = RealRedis.start("--appendonly", "yes", "--rdbcompression", "no")) {
            client = connected(loading);
            try (StatefulRedisConnection<String, String> writer = client.connect()) {
                String large = "v".repeat(100_000); // Redis looks up from its loading every 2 MiB
                IntStream.range(0, 300).forEach(i -> writer.sync().set("key" + i, large));
                writer.sync().bgrewriteaof();
                await().until(() -> writer.sync().info("persistence").contains("aof_rewrite_in_progress:0"));
            }
            loading.stop();
            loading.restart(List.of("--key-load-delay", "50000")); // 15 s in all

            run(patient(RedisCheck.of(client)));

            awaitReason("loading its data");
            awaitStatus(Status.UP);
        }
    }

    @Test
    void redis_withTooManyClients_saysSo() {
        try (RealRedis full = RealRedis.start("--maxclients", "1")) {
            client = connected(full);
            client.connect();
            run(RedisCheck.of(client));

            // Redis says so and hangs up at once; which of the two Lettuce sees first is a matter of luck
            awaitReason("too many clients", "connection closed");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-ERR max number of clients reached | too many clients",
                "-LOADING Redis is loading the dataset in memory | loading its data",
                "-MASTERDOWN Link with MASTER is down | replica without its master",
                "-NOPERM this user has no permissions to run the 'ping' command | user lacks permission",
                "-MISCONF Redis is configured to save RDB snapshots | cannot write its data to disk",
                "-BUSY Redis is busy running a script | busy with a script",
                "-ERR something unknown at 10.0.0.7 | failed with RedisCommandExecutionException"
            })
    void answers_thatAreErrors_areReportedAsText(String answer, String reason) throws Exception {
        try (var responder = new Responder(Map.of("PING", answer + "\r\n", "HELLO", "-ERR unknown command\r\n"))) {
            client = RedisClient.create(responder.uri());
            client.setOptions(
                    ClientOptions.builder().pingBeforeActivateConnection(false).build());
            run(RedisCheck.of(client.connect()));

            awaitReason(reason);
        }
    }

    @Test
    void role_ofMasterAndReplica_isShown_whateverTheCodec() {
        try (RealRedis replica = RealRedis.start("--replicaof", "127.0.0.1", String.valueOf(redis.port()));
                StatefulRedisConnection<byte[], byte[]> toReplica =
                        connected(replica).connect(ByteArrayCodec.INSTANCE)) {
            await().until(() -> toReplica.sync().info("replication").contains("master_link_status:up"));
            RedisClient toMaster = RedisClient.create(redis.uri());
            try {
                service = Ebbtide.builder("roles")
                        .readiness("redis", RedisCheck.withRole(toMaster))
                        .readiness("replica", RedisCheck.withRole(toReplica))
                        .build()
                        .start();
                awaitStatus(Status.UP);
                await().until(() -> service.health().snapshot().checks().get(1).known());

                assertThat(service.health().snapshot().checks().get(0).details())
                        .containsEntry("role", "master")
                        .containsEntry("replicas", 1L)
                        .containsKey("lagBytes");
                assertThat(service.health().snapshot().checks().get(1).details())
                        .containsEntry("role", "replica")
                        .containsEntry("link", "connected");
            } finally {
                service.close();
                toMaster.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            }
        }
    }

    @Test
    @Tag("full")
    void cluster_isDownUntilItServesEverySlot() {
        try (RealRedis node = RealRedis.start("--cluster-enabled", "yes")) {
            RedisClusterClient cluster = RedisClusterClient.create(node.uri());
            try (StatefulRedisClusterConnection<String, String> connection = cluster.connect()) {
                run(quick(RedisCheck.of(connection)));
                awaitReason("cluster cannot serve every slot");

                connection.sync().clusterAddSlots(IntStream.range(0, 16_384).toArray());

                assertThat(awaitStatus(Status.UP).details())
                        .containsEntry("clusterState", "ok")
                        .containsEntry("slotsOk", 16_384L);
                service.close();
            } finally {
                cluster.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            }
        }
    }

    @Test
    void sentinel_isChecked_andLeadsToTheMaster() {
        try (RealRedis sentinel = RealRedis.sentinel("mymaster", redis)) {
            client = RedisClient.create(RedisURI.builder()
                    .withSentinel("127.0.0.1", sentinel.port())
                    .withSentinelMasterId("mymaster")
                    .build());
            try (StatefulRedisSentinelConnection<String, String> connection =
                    client.connectSentinel(RedisURI.create(sentinel.uri()))) {
                service = Ebbtide.builder("sentinel")
                        .readiness("redis", RedisCheck.withRole(client))
                        .readiness("sentinel", RedisCheck.of(connection))
                        .build()
                        .start();

                assertThat(awaitStatus(Status.UP).details()).containsEntry("role", "master");
                await().until(() -> service.health().snapshot().checks().get(1).status() == Status.UP);
                service.close();
            }
        }
    }

    @Test
    void evidence_ofTraffic_sparesThePings() throws Exception {
        client = connected(redis);
        var evidence = RedisCheck.evidence(client);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            run(quick(RedisCheck.of(connection)).evidence(evidence));
            awaitStatus(Status.UP);

            await().until(() -> {
                connection.sync().get("a");
                return Boolean.TRUE.equals(check().details().get("evidence"));
            });
            service.close();
        }
    }

    @Test
    void component_closesClientAndThreads() {
        client = connected(redis);
        var connection = client.connect();
        service = Ebbtide.builder("closing")
                .component("redis", RedisComponent.closing(client))
                .build()
                .start();

        service.close();

        assertThat(connection.isOpen()).isFalse();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("lettuce-")));
    }

    private void run(Check check) {
        service = Ebbtide.builder("it").readiness("redis", check).build().start();
    }

    /** For a server that does not answer. One that does may miss this timeout on a busy machine. */
    private static Check quick(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofMillis(300));
    }

    /** For a server that answers: no run is ever too late. */
    private static Check patient(Check check) {
        return check.every(Duration.ofMillis(200)).timeout(Duration.ofSeconds(60));
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

    /** Down for one of these reasons; not the first perhaps, as on a busy machine any run may be late. */
    private void awaitReason(String... reasons) {
        await().until(
                        this::check,
                        check -> check.status() == Status.DEGRADED
                                && List.of(reasons).contains(check.reason()));
    }

    private RedisClient connected(RealRedis server) {
        client = RedisClient.create(server.uri());
        client.setOptions(ClientOptions.builder()
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(30))
                        .build())
                .build());
        return client;
    }

    private static long connections(StatefulRedisConnection<String, String> observer) {
        return observer.sync().clientList().lines().count();
    }

    /** Answered so far, as the server counts them. */
    private static long pings(StatefulRedisConnection<String, String> observer) {
        return observer.sync()
                .info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_ping:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("cmdstat_ping:calls=(\\d+),.*", "$1")))
                .sum();
    }
}
