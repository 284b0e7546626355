package io.ebbtide.process;

import io.ebbtide.internal.Threads;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Makes the logging framework write the lines that it still holds. By reflection: core depends on no framework. */
final class LogFlush {
    /*
     * A process that ends loses the lines that an asynchronous appender has not written, even the report. Logback's
     * appender cannot be flushed, only stopped for good, and other hooks may still want to log; so we wait until the queues are
     * empty and their threads wait for more. Log4j2 flushes in a hook of its own; where that is disabled it is shut down
     * here.
     */
    private static final Duration POLL_PERIOD = Duration.ofMillis(2);

    private LogFlush() {}

    /** Waits until all is written, at most for the given time. Never throws. */
    static void flush(Duration max, Ticker ticker) {
        try {
            flushLogback(max, ticker);
            shutDownLog4j();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // another framework, or another version: then nothing is flushed here
        }
    }

    /** Links what {@link #flush} needs. Waits for nothing, and never throws. */
    static void rehearse(Ticker ticker) {
        try {
            flushLogback(Duration.ZERO, ticker);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // another framework, or another version
        }
    }

    private static void flushLogback(Duration max, Ticker ticker) throws ReflectiveOperationException {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (!factory.getClass().getName().equals("ch.qos.logback.classic.LoggerContext")) {
            return;
        }
        List<Object> asynchronous = new ArrayList<>();
        for (Object logger :
                (List<?>) factory.getClass().getMethod("getLoggerList").invoke(factory)) {
            var appenders = (Iterator<?>)
                    logger.getClass().getMethod("iteratorForAppenders").invoke(logger);
            appenders.forEachRemaining(appender -> {
                if (isAsynchronous(appender)) {
                    asynchronous.add(appender);
                }
            });
        }
        long start = ticker.nanos();
        for (Object appender : asynchronous) {
            while (!isIdle(appender) && ticker.since(start).compareTo(max) < 0) {
                ticker.await(new CompletableFuture<Void>(), POLL_PERIOD);
            }
        }
    }

    private static boolean isAsynchronous(Object appender) {
        for (Class<?> type = appender.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals("ch.qos.logback.core.AsyncAppenderBase")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIdle(Object appender) throws ReflectiveOperationException {
        Object queued =
                appender.getClass().getMethod("getNumberOfElementsInQueue").invoke(appender);
        Object name = appender.getClass().getMethod("getName").invoke(appender);
        return (Integer) queued == 0
                && Threads.running().stream()
                        .filter(thread -> thread.getName().equals("AsyncAppender-Worker-" + name))
                        .allMatch(thread -> thread.getState() == Thread.State.WAITING);
    }

    private static void shutDownLog4j() throws ReflectiveOperationException {
        Class<?> factory = LoggerFactory.getILoggerFactory().getClass();
        if (!factory.getName().startsWith("org.apache.logging.slf4j.")) {
            return;
        }
        Class<?> manager = Class.forName("org.apache.logging.log4j.LogManager", false, factory.getClassLoader());
        Object context = manager.getMethod("getContext", boolean.class).invoke(null, false);
        Object configuration = context.getClass().getMethod("getConfiguration").invoke(context);
        boolean hooked = (Boolean)
                configuration.getClass().getMethod("isShutdownHookEnabled").invoke(configuration);
        if (!hooked) {
            manager.getMethod("shutdown").invoke(null);
        }
    }
}
