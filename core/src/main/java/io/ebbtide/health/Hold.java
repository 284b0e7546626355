package io.ebbtide.health;

/** Keeps the service out of rotation until it is closed. Obtained from {@link Health#hold}. Safe for use by many threads. */
@FunctionalInterface
public interface Hold extends AutoCloseable {
    /** Ends the hold. The service is back in rotation unless another cause keeps it out. A second call does nothing. */
    @Override
    void close();
}
