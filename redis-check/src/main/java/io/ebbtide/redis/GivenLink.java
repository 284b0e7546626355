package io.ebbtide.redis;

import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The application's connection, which only the application closes. */
final class GivenLink implements Link {
    private final CompletionStage<StatefulConnection<?, ?>> connection;

    GivenLink(StatefulConnection<?, ?> connection) {
        this.connection = CompletableFuture.completedStage(connection);
    }

    @Override
    public CompletionStage<StatefulConnection<?, ?>> connection() {
        return connection;
    }

    @Override
    public void giveUp() {}

    @Override
    public void close() {}
}
