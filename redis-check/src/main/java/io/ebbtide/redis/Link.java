package io.ebbtide.redis;

import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletionStage;

/** The source of a check's connection. Safe for use by many threads; no method blocks. */
interface Link {
    /** Returns the connection, which may be completed later. */
    CompletionStage<StatefulConnection<?, ?>> connection();

    /** Called when the connection has not answered in time. */
    void giveUp();

    /** Called when the check is over. */
    void close();
}
