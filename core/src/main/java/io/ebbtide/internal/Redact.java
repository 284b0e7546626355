package io.ebbtide.internal;

import org.jspecify.annotations.Nullable;

/** Removes credentials from user-supplied texts: exception messages often contain the URL that failed. */
public final class Redact {
    private Redact() {}

    /**
     * Returns the text with {@code ***} in place of user info in URLs, credentials of HTTP headers, values of names such as {@code
     * password}, and tokens; empty for null. Identifiers (pods, UUIDs, trace ids, commits, class names) stay as they are.
     */
    public static String text(@Nullable String text) {
        return text == null || text.isEmpty() ? "" : SecretScanner.mask(text);
    }

    /** Returns the value of this name without secrets: {@code ***} if the name is that of a secret. */
    public static String value(String name, String value) {
        return SecretKeys.isSecret(name) && !value.isEmpty() ? "***" : text(value);
    }

    /** Returns the text without secrets, in one line: control characters and line separators escaped. */
    public static String oneLine(@Nullable String text) {
        return Printable.escape(text(text));
    }

    /** The exception's class and redacted message, in one line; its cause's too where that adds information. */
    public static String oneLine(Throwable failure) {
        String first = line(failure);
        Throwable cause = failure.getCause();
        return cause == null || cause == failure ? first : first + ", caused by " + line(cause);
    }

    /** The exception as in {@link #oneLine(Throwable)}, with the top frames of it and of each of its causes. */
    public static Lines trace(Throwable failure) {
        var text = new StringBuilder(line(failure));
        Throwable each = failure;
        for (int depth = 0; each != null && depth < 8; depth++, each = each.getCause()) {
            if (depth > 0) {
                text.append("\ncaused by ").append(line(each));
            }
            for (int i = 0; i < Math.min(32, each.getStackTrace().length); i++) {
                text.append("\n    at ").append(Printable.escape(each.getStackTrace()[i].toString()));
            }
        }
        return new Lines(text.toString());
    }

    private static String line(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        String message;
        try {
            message = Printable.escape(text(failure.getMessage()).replaceAll("\\p{Cntrl}+", " "));
        } catch (RuntimeException | LinkageError | StackOverflowError e) { // its author may have put anything in it
            message = "(its message failed: " + e.getClass().getSimpleName() + ")";
        }
        return message.isEmpty() ? name : name + ": " + message;
    }
}
