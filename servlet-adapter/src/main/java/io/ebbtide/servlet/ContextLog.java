package io.ebbtide.servlet;

import io.ebbtide.internal.Redact;
import jakarta.servlet.ServletContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLoggerFactory;

/** Logs by SLF4J, or by the container if a web application has no provider of SLF4J. */
final class ContextLog {
    private static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.servlet");

    private ContextLog() {}

    static boolean hasNoProvider() {
        return LoggerFactory.getILoggerFactory() instanceof NOPLoggerFactory;
    }

    static void warn(ServletContext context, String message) {
        String line = Redact.oneLine(message);
        LOG.warn("{}", line);
        if (hasNoProvider()) {
            log(context, "WARN " + line);
        }
    }

    /**
     * Writes to the container's log. In GlassFish and Payara by standard error, which goes to the same log: their
     * {@code ServletContext.log} writes HTML, with an entity for each quotation mark of the report (GlassFish
     * 8.0.0-M12).
     */
    static void log(ServletContext context, String message) {
        String container = String.valueOf(context.getServerInfo());
        if (container.contains("GlassFish") || container.contains("Payara")) {
            System.err.println(message);
        } else {
            context.log(message);
        }
    }
}
