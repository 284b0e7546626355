package io.ebbtide.servlet;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Distinguishes a closed connection from a failure of the application. */
final class ClientDisconnect {
    /** Full names, because clients of other servers, which an application calls, have exceptions of similar names. */
    private static final Set<String> NAMES = Set.of(
            "org.apache.catalina.connector.ClientAbortException",
            "org.springframework.web.context.request.async.AsyncRequestNotUsableException");

    /** Causes may form a cycle. */
    private static final int DEEPEST = 10;

    private ClientDisconnect() {}

    /** Returns whether the failure or one of its causes reports that the client closed the connection. */
    static boolean isCause(Throwable failure) {
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++) {
            if (each instanceof IOException && NAMES.contains(each.getClass().getName())) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }

    /**
     * Returns the same for a failed write to a response that is not closed. Such a write fails for no other reason than
     * a closed connection, except if the application exceeds its own {@code Content-Length}.
     */
    static boolean ofWrite(IOException failure) {
        return !failure.getClass().getSimpleName().equals("FixedLengthOverflowException") // Undertow's
                && !String.valueOf(failure.getMessage())
                        .toLowerCase(Locale.ROOT)
                        .contains("content-length");
    }
}
