package io.ebbtide.internal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** Loads in the background what every service needs a moment later: a second core has nothing to do yet. */
public final class WarmUp {
    private static final AtomicBoolean BEGUN = new AtomicBoolean();

    private WarmUp() {}

    /**
     * Begins, once in the life of the process; returns at once. The thread is over a moment later. Not in a web application,
     * which may be gone before.
     */
    public static void begin() {
        boolean endsWithTheProcess = WarmUp.class.getClassLoader() == ClassLoader.getSystemClassLoader();
        if (endsWithTheProcess && BEGUN.compareAndSet(false, true)) {
            try {
                Threads.daemon("ebbtide-warm-up", WarmUp::load).start();
            } catch (OutOfMemoryError e) {
                // no thread to be had: then each is loaded when it is needed
            }
        }
    }

    /** Nothing that logs: a logger that is looked for while another thread starts the logging is none yet. */
    private static void load() {
        try {
            Json.bytes(json -> {
                json.writeStartObject();
                json.writeStringField("status", "UP");
                json.writeNumberField("count", 1);
                json.writeEndObject();
            });
            ServerSocketChannel.open().close();
            Selector.open().close();
            ManagementFactory.getThreadMXBean();
        } catch (IOException | RuntimeException | Error e) {
            // whoever needs it fails by himself, and says so
        }
    }
}
