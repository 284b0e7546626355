package io.ebbtide.spi;

import io.ebbtide.internal.Expect;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Argument checks that every traffic source needs, so that all of them refuse a value by the same text, {@code name: value
 * (expected: ...)}. Stateless.
 */
public final class SourceArguments {
    private static final int MAX_PORT = 65_535;
    private static final Duration MIN_IDLE_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MAX_IDLE_TIMEOUT = Duration.ofDays(1);

    private SourceArguments() {}

    /**
     * Returns the value.
     *
     * @throws IllegalArgumentException if it is null
     */
    public static <T> T present(@Nullable T value, String name) {
        return Expect.present(value, name);
    }

    /**
     * Returns the text.
     *
     * @throws IllegalArgumentException if it is null or blank
     */
    public static String text(@Nullable String value, String name) {
        return Expect.text(value, name);
    }

    /**
     * Returns the port to listen on; 0 for any that is free.
     *
     * @throws IllegalArgumentException if it is not 0 to 65535
     */
    public static int port(int port) {
        return Expect.between(0, MAX_PORT, port, "port");
    }

    /**
     * Returns the number of threads.
     *
     * @param name of the option, such as {@code workerThreads}
     * @throws IllegalArgumentException if it is less than 1
     */
    public static int threads(int count, String name) {
        return Expect.atLeast(1, count, name);
    }

    /**
     * Returns how long a connection may be idle.
     *
     * @throws IllegalArgumentException if it is null, or not 1 ms to 1 day
     */
    public static Duration idleTimeout(@Nullable Duration timeout) {
        Duration present = Expect.present(timeout, "idleTimeout");
        if (present.compareTo(MIN_IDLE_TIMEOUT) < 0 || present.compareTo(MAX_IDLE_TIMEOUT) > 0) {
            throw Expect.wrong("idleTimeout", present, "1 ms to 1 day");
        }
        return present;
    }

    /** Returns the exception for an argument with another unexpected value. */
    public static IllegalArgumentException wrong(String name, Object value, String expected) {
        return Expect.wrong(name, value, expected);
    }

    /**
     * Returns the exception for a request without a ticket.
     *
     * @param name of the argument, such as {@code request}
     * @param path of the request, without query; its path parameters are omitted; null if it has no path
     * @param source the type that gives tickets to requests, with its article, such as {@code an UndertowSource}
     */
    public static IllegalArgumentException withoutTicket(String name, @Nullable String path, String source) {
        return Expect.wrong(name, path == null ? "null" : RequestText.path(path), "one that came through " + source);
    }

    /**
     * Returns the exception for an option of a source whose server the user has configured.
     *
     * @param name of the option, such as {@code workerThreads}
     * @param factory the method that took the server, such as {@code of(tomcat)}
     * @param instead what the user sets, such as {@code maxThreads of its connectors}
     */
    public static IllegalStateException ofGivenServer(String name, int value, String factory, String instead) {
        return new IllegalStateException(
                "%s: %d (expected: not set with %s; set %s instead)".formatted(name, value, factory, instead));
    }
}
