package io.ebbtide.health;

/** Keeps the service out of rotation until it is closed. Got from {@link Health#hold}. Safe for use by many threads. */
@FunctionalInterface
public interface Hold extends AutoCloseable {
    /** Lets go. The service is back in rotation unless something else keeps it out. A second call does nothing. */
    @Override
    void close();
}
