package io.ebbtide.internal;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes credentials out of texts that others wrote: exception messages often carry the URL they failed with. */
public final class Redact {
    private static final Pattern USER_INFO = Pattern.compile("//[^/\\s\"']*@");
    private static final Pattern CREDENTIALS = Pattern.compile("(?i)\\b(bearer|basic|digest)\\s+[^\\s,;\"']+");
    private static final Pattern SECRET = Pattern.compile(
            "(?i)([\\w.-]*(?:password|passwd|pwd|secret|token|api[_-]?key|authorization)[\"']?)(\\s*[=:]\\s*)"
                    + "(\"[^\"]*\"|'[^']*'|[^\\s&;,}]+)");

    private Redact() {}

    /**
     * The text without user info in URLs, credentials of HTTP headers, and values of what looks like a secret; empty for
     * null.
     */
    public static String text(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String withoutUsers = USER_INFO.matcher(text).replaceAll("//***@");
        String withoutCredentials = CREDENTIALS.matcher(withoutUsers).replaceAll("$1 ***");
        return SECRET.matcher(withoutCredentials).replaceAll("$1$2***");
    }

    /** The exception's class and redacted message, in one line; its cause's too where that says more. */
    public static String oneLine(Throwable failure) {
        String first = line(failure);
        Throwable cause = failure.getCause();
        return cause == null || cause == failure ? first : first + ", caused by " + line(cause);
    }

    /** The same with where it was thrown: the top frames of the exception and of each of its causes. */
    public static String trace(Throwable failure) {
        var text = new StringBuilder(line(failure));
        Throwable each = failure;
        for (int depth = 0; each != null && depth < 8; depth++, each = each.getCause()) {
            if (depth > 0) {
                text.append("\ncaused by ").append(line(each));
            }
            for (int i = 0; i < Math.min(32, each.getStackTrace().length); i++) {
                text.append("\n    at ").append(each.getStackTrace()[i]);
            }
        }
        return text.toString();
    }

    private static String line(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        String message;
        try {
            message = Printable.escape(text(failure.getMessage()).replaceAll("\\p{Cntrl}+", " "));
        } catch (RuntimeException
                | LinkageError
                | StackOverflowError e) { // whoever wrote it may have put anything in it
            message = "(its message failed: " + e.getClass().getSimpleName() + ")";
        }
        return message.isEmpty() ? name : name + ": " + message;
    }
}
