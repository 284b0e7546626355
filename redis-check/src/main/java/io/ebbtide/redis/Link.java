package io.ebbtide.redis;

import io.lettuce.core.api.StatefulConnection;
import java.util.concurrent.CompletionStage;

/** Where a check gets its connection from. Safe for use by many threads; no method blocks. */
interface Link {
    /** The connection, sooner or later. */
    CompletionStage<StatefulConnection<?, ?>> connection();

    /** It has not answered in time. */
    void giveUp();

    /** The check is over. */
    void close();
}
