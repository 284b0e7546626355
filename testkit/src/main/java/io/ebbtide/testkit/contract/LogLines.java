package io.ebbtide.testkit.contract;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The lines that the whole JVM logs above DEBUG until this is closed, each kind once, in alphabetical order: by SLF4J if
 * Logback is its provider, and by {@code java.util.logging}. Lines do not reach the console if the root logger is
 * off. Safe for use by many threads.
 */
final class LogLines implements AutoCloseable {
    private static final int MAX_MESSAGE = 160;

    /** The start and the state changes of the service, which the library logs on a separate thread, perhaps a little later. */
    private static final List<String> OWN = List.of(
            "INFO io.ebbtide.lifecycle.",
            "INFO io.ebbtide.Ebbtide: ",
            "INFO io.ebbtide.health.",
            "INFO io.ebbtide.management.ManagementServer: '");

    private final Set<String> lines = new ConcurrentSkipListSet<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= java.util.logging.Level.INFO.intValue()) {
                String message = String.valueOf(line.getMessage());
                add(line.getLevel().getName(), line.getLoggerName(), message, line.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private final @Nullable Root root;

    private LogLines() {
        root = LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                ? new Root(context.getLogger(Logger.ROOT_LOGGER_NAME), this)
                : null;
        java.util.logging.Logger.getLogger("").addHandler(handler);
    }

    /** Logback's root logger, with its settings to restore. */
    private static final class Root {
        private final Logger logger;
        private final @Nullable Level before;
        private final List<Appender<ILoggingEvent>> silenced = new ArrayList<>();
        private final AppenderBase<ILoggingEvent> appender;

        Root(Logger logger, LogLines lines) {
            this.logger = logger;
            before = logger.getLevel();
            if (before == Level.OFF) {
                logger.iteratorForAppenders().forEachRemaining(silenced::add);
                silenced.forEach(logger::detachAppender);
                logger.setLevel(Level.INFO);
            }
            appender = new AppenderBase<>() {
                @Override
                protected void append(ILoggingEvent line) {
                    if (line.getLevel().isGreaterOrEqual(Level.INFO)) {
                        var thrown = line.getThrowableProxy();
                        lines.add(
                                line.getLevel().toString(),
                                line.getLoggerName(),
                                line.getFormattedMessage(),
                                thrown == null ? null : thrown.getClassName() + ": " + thrown.getMessage());
                    }
                }
            };
            appender.setContext(logger.getLoggerContext());
            appender.start();
            logger.addAppender(appender);
        }

        void restore() {
            logger.detachAppender(appender);
            silenced.forEach(logger::addAppender);
            logger.setLevel(before);
        }
    }

    /** Starts recording. */
    static LogLines capture() {
        return new LogLines();
    }

    private void add(String level, @Nullable String logger, String message, @Nullable Object thrown) {
        String text = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message;
        String line =
                "%s %s: %s".formatted(level, logger, text.lines().findFirst().orElse(""));
        if (OWN.stream().noneMatch(line::startsWith)) {
            lines.add(
                    thrown == null
                            ? line
                            : line + " ["
                                    + String.valueOf(thrown).lines().findFirst().orElse("") + "]");
        }
    }

    /** The kinds of lines so far. */
    Set<String> soFar() {
        return new TreeSet<>(lines);
    }

    @Override
    public void close() {
        java.util.logging.Logger.getLogger("").removeHandler(handler);
        if (root != null) {
            root.restore();
        }
    }
}
