package io.ebbtide.examples.orders;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Caches texts in Redis for a limited time. Without Redis it is empty, and answers immediately. Safe for use by many threads. */
final class RedisCache {
    private static final SetArgs FOR_A_WHILE = SetArgs.Builder.ex(Duration.ofMinutes(10));

    private final RedisClient client;
    private final RedisURI uri;
    private CompletableFuture<StatefulRedisConnection<String, String>> connection =
            CompletableFuture.failedFuture(new IllegalStateException("not connected yet"));

    RedisCache(RedisClient client, RedisURI uri) {
        this.client = client;
        this.uri = uri;
    }

    /** The text under the key; null if there is none, or if Redis does not answer quickly. */
    @Nullable
    String get(String key) {
        StatefulRedisConnection<String, String> open = open();
        try {
            return open == null ? null : open.sync().get(key);
        } catch (RedisException e) {
            return null;
        }
    }

    /** Stores a text. No caller waits for it, and a failure has no effect. */
    @SuppressWarnings("FutureReturnValueIgnored")
    void put(String key, String text) {
        StatefulRedisConnection<String, String> open = open();
        if (open != null) {
            open.async().set(key, text, FOR_A_WHILE);
        }
    }

    /** Never waits: the first connection is made in the background, and Lettuce reconnects whenever it breaks. */
    private synchronized @Nullable StatefulRedisConnection<String, String> open() {
        if (connection.isCompletedExceptionally()) {
            connection = client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture();
        }
        StatefulRedisConnection<String, String> made =
                connection.isDone() && !connection.isCompletedExceptionally() ? connection.join() : null;
        return made != null && made.isOpen() ? made : null;
    }
}
