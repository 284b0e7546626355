package io.ebbtide.redis;

import io.ebbtide.internal.Expect;
import io.ebbtide.lifecycle.Component;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes a client of Redis, with all its connections and threads, when the service stops. */
public final class RedisComponent implements Component {
    private final AbstractRedisClient client;
    private final @Nullable ClientResources resources;

    private RedisComponent(AbstractRedisClient client, @Nullable ClientResources resources) {
        this.client = Expect.present(client, "client");
        this.resources = resources;
    }

    /** Returns a component that closes the client, and its resources if the client created them. */
    public static RedisComponent closing(AbstractRedisClient client) {
        return new RedisComponent(client, null);
    }

    /**
     * Returns a component that closes the client, then resources that were created for it.
     *
     * @param resources used by no other client
     */
    public static RedisComponent closing(AbstractRedisClient client, ClientResources resources) {
        return new RedisComponent(client, Expect.present(resources, "resources"));
    }

    /** Does nothing: a client is usable from the beginning. */
    @Override
    public void start() {}

    /** Nothing is in flight any more, so this waits only for the closing itself. */
    @Override
    public void stop(Duration within) throws Exception {
        long half = Math.max(1, Expect.notNegative(within, "within").toMillis() / 2);
        try {
            client.shutdownAsync(0, half, TimeUnit.MILLISECONDS).get(half, TimeUnit.MILLISECONDS);
        } finally {
            if (resources != null) {
                resources.shutdown(0, half, TimeUnit.MILLISECONDS).get(half, TimeUnit.MILLISECONDS);
            }
        }
    }
}
