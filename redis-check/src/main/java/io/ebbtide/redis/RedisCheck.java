package io.ebbtide.redis;

import io.ebbtide.health.Check;
import io.ebbtide.health.Evidence;
import io.ebbtide.internal.Expect;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;

/**
 * Checks of Redis by Lettuce: a PING, judged by the check's own timeout (1 s unless set), also where the client has
 * none; a client whose own {@code TimeoutOptions} are shorter gives up earlier. Shared: a failure degrades the service,
 * unless {@link Check#required()} is called. The PING is asynchronous: it holds no thread, and an event loop only
 * passes its answer on. At most one PING is pending: while it is unanswered the check is shown as hung, and it is up
 * again with the answer.
 *
 * <p>If a connection is given, the check uses that one, the connection that the application uses. It must not be one
 * for blocking commands or transactions, behind which a PING would wait. If a client is given, the check opens a
 * connection of its own, with the first run, and closes it at the stop; a connection that does not answer in time is
 * closed and opened anew.
 *
 * <p>Details never contain a host, a user or a password. All methods are safe for use by many threads and do not block;
 * they throw {@link IllegalStateException} if the application's Lettuce is older than 6.1.
 */
public final class RedisCheck {
    private RedisCheck() {}

    /**
     * Returns a check of the connection that the application uses, to a single server or, through Sentinel, to a
     * master. If the connection is to a master and its replicas, and reads go to replicas, these are checked as well,
     * by a TIME.
     */
    public static Check of(StatefulRedisConnection<?, ?> connection) {
        return check(new GivenLink(Expect.present(connection, "connection")), false);
    }

    /**
     * Returns a check of a cluster by the connection that the application uses. Each master is checked, and each
     * replica that reads may go to: up while the majority of masters answers and the cluster reports that it serves
     * every slot. The detail {@code nodesSilent} reports nodes that do not answer, but which the cluster can do
     * without.
     */
    public static Check of(StatefulRedisClusterConnection<?, ?> connection) {
        return check(new GivenLink(Expect.present(connection, "connection")), false);
    }

    /** Returns a check of a Sentinel itself by the connection that the application uses. */
    public static Check of(StatefulRedisSentinelConnection<?, ?> connection) {
        return check(new GivenLink(Expect.present(connection, "connection")), false);
    }

    /** Returns a check by a connection of its own. The client must have been created with a URI. */
    public static Check of(RedisClient client) {
        return check(new OwnLink(Expect.present(client, "client")::connect), false);
    }

    /** Returns a check of a cluster by a connection of its own. */
    public static Check of(RedisClusterClient client) {
        return check(new OwnLink(Expect.present(client, "client")::connect), false);
    }

    /**
     * Returns a check of the connection that the application uses, and of the server's role: details {@code role}
     * ({@code master} or {@code replica}), of a master {@code replicas} and {@code lagBytes}, the maximum lag of any of
     * them; of a replica {@code link}, its state towards its master. Costs one more command for each run.
     */
    public static Check withRole(StatefulRedisConnection<?, ?> connection) {
        return check(new GivenLink(Expect.present(connection, "connection")), true);
    }

    /** Returns the same check by a connection of its own. */
    public static Check withRole(RedisClient client) {
        return check(new OwnLink(Expect.present(client, "client")::connect), true);
    }

    /**
     * Returns the successes of all commands on connections that the client opens from now on, as evidence: while there
     * is traffic, no PING is sent. For {@link Check#evidence}. Costs a reading of the clock for each command.
     */
    public static Evidence evidence(AbstractRedisClient client) {
        LettuceVersion.check();
        return CommandEvidence.of(Expect.present(client, "client"));
    }

    private static Check check(Link link, boolean withRole) {
        LettuceVersion.check();
        return Check.async(new PingCheck(link, withRole))
                .dependency()
                .onTimeout(link::giveUp)
                .onStop(link::close);
    }
}
