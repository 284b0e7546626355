package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import java.io.IOException;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** Recognizes that a server cannot start because of its port, whatever exception the server throws. Stateless. */
public final class BindFailure {
    /** Servers wrap the exception once for each of their levels; the limit ends a circular chain. */
    private static final int MAX_CAUSES = 16;

    private BindFailure() {}

    /**
     * Returns the exception to throw from {@link TrafficSource#start}, which names the source, the reason and the remedy, and has
     * the failure as its cause; null if the failure has another reason than a port.
     *
     * @param source the name of the source, such as {@code http:8080}
     * @param failure as the server threw it
     */
    public static @Nullable IOException of(String source, Throwable failure) {
        Throwable each = Expect.present(failure, "failure");
        for (int i = 0; each != null && i < MAX_CAUSES; i++, each = each.getCause()) {
            if (each instanceof BindException) {
                return new IOException(
                        "%s cannot be bound, %s (expected: a free port on an address of this machine)"
                                .formatted(source, each.getMessage()),
                        failure);
            }
        }
        return null;
    }
}
