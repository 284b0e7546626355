package io.ebbtide.servlet;

import io.ebbtide.Ebbtide;
import io.ebbtide.internal.Redact;
import io.ebbtide.report.ShutdownReport;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/** Closes a service and makes sure that its report reaches a log. */
final class Report {
    private Report() {}

    /** Waits for the service to stop, at most for its grace, and logs the report where SLF4J cannot. Never throws. */
    static void close(Ebbtide service, ServletContext context) {
        try {
            service.close();
        } catch (IllegalStateException e) {
            // not clean, as the report states; or interrupted, or not over in time
        }
        try {
            ShutdownReport report = service.awaitStopped(Duration.ZERO);
            if (isMute()) {
                ContextLog.log(context, report.json());
                if (isJavaLoggingReset()) {
                    System.err.println(report.json());
                }
            }
        } catch (TimeoutException | RuntimeException e) {
            ContextLog.log(context, "the service did not stop as expected: " + Redact.oneLine(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ContextLog.log(
                    context,
                    "the thread that stops the web application was interrupted: the service continues to stop in the background");
        }
    }

    /** Returns whether messages to SLF4J reach no output. */
    private static boolean isMute() {
        boolean toJavaLogging =
                LoggerFactory.getILoggerFactory().getClass().getName().startsWith("org.slf4j.jul.");
        return ContextLog.hasNoProvider() || (toJavaLogging && isJavaLoggingReset());
    }

    /**
     * The shutdown hook of java.util.logging removes all handlers, concurrently with the hook in which the container stops: then
     * neither SLF4J nor the container's own log has an output.
     */
    private static boolean isJavaLoggingReset() {
        Logger root = LogManager.getLogManager().getLogger("");
        return root != null && root.getHandlers().length == 0;
    }
}
