package io.ebbtide.examples.orders;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import redis.embedded.RedisServer;

/**
 * A real PostgreSQL and a real Redis on loopback, for the lifetime of the service. Their data is lost at its end. Both
 * register their own shutdown hooks, in case the service never closes them.
 */
final class EmbeddedServers implements AutoCloseable {
    private final EmbeddedPostgres postgres;
    private final RedisServer redis;
    private final int redisPort;

    private EmbeddedServers(EmbeddedPostgres postgres, RedisServer redis, int redisPort) {
        this.postgres = postgres;
        this.redis = redis;
        this.redisPort = redisPort;
    }

    /**
     * Starts both; takes some seconds.
     *
     * @throws IOException if there are no binaries for this platform, or they do not start
     */
    static EmbeddedServers start() throws IOException {
        int redisPort = freePort();
        RedisServer redis = RedisServer.newRedisServer()
                .port(redisPort)
                .bind("127.0.0.1")
                .setting("save \"\"")
                .build();
        redis.start();
        try {
            EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("unix_socket_directories", "")
                    .start();
            return new EmbeddedServers(postgres, redis, redisPort);
        } catch (IOException | RuntimeException e) {
            redis.stop();
            throw e;
        }
    }

    String jdbcUrl() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    String redisUri() {
        return "redis://127.0.0.1:" + redisPort;
    }

    @Override
    public void close() throws IOException {
        try (EmbeddedPostgres last = postgres) {
            redis.stop();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
