package io.ebbtide.internal;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.helpers.FormattingTuple;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPLoggerFactory;

/** A logger for a SLF4J without a provider: writes to standard error from INFO on. Stateless. */
final class SpareLogger {
    /*
     * Without a provider, or with a provider for another version of SLF4J than that on the class path, every line is
     * lost: a service would end with exit code 1 and no message. A proxy, as the interface differs between SLF4J 1.7
     * and 2.
     */
    private static final String NAME = "io.ebbtide";

    private SpareLogger() {}

    /** Whether log lines are lost. */
    static boolean isNeeded() {
        return LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory;
    }

    /** The logger; without a provider, loggers have no names. */
    static Logger get() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(),
                new Class<?>[] {Logger.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getName", "toString" -> NAME;
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "isInfoEnabled", "isWarnEnabled", "isErrorEnabled" -> true;
                    case "info", "warn", "error" -> print(method, arguments);
                    default -> method.getReturnType() == boolean.class ? false : null; // debug and trace
                });
    }

    private static @Nullable Object print(Method level, Object[] given) {
        int first = given[0] instanceof Marker ? 1 : 0;
        FormattingTuple line = MessageFormatter.arrayFormat(String.valueOf(given[first]), values(given, first + 1));
        // the clock of the process: it may be used before there is a service, and for several
        String text = "%s %-5s %s - %s"
                .formatted(
                        Ticker.system().now().truncatedTo(ChronoUnit.MILLIS),
                        level.getName().toUpperCase(Locale.ROOT),
                        NAME,
                        Objects.toString(line.getMessage()));
        System.err.println(text);
        if (line.getThrowable() != null) {
            System.err.println(Redact.trace(line.getThrowable()));
        }
        return null;
    }

    /** The arguments after the format: individually, or in an array. */
    private static Object[] values(Object[] given, int from) {
        if (given.length == from + 1 && given[from] instanceof Object[] all) {
            return all;
        }
        Object[] values = new Object[given.length - from];
        System.arraycopy(given, from, values, 0, values.length);
        return values;
    }
}
