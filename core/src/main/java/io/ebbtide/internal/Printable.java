package io.ebbtide.internal;

import java.util.Locale;

/** Makes user-supplied names safe for one line of a log, which they must neither forge nor flood. */
public final class Printable {
    /** How many characters of a name are kept; a path may have thousands. */
    public static final int MAX_LENGTH = 256;

    private Printable() {}

    /** The text in one line: control characters and line separators escaped, truncated after 256 characters. */
    public static String line(String text) {
        boolean cut = text.length() > MAX_LENGTH;
        String kept = escape(cut ? text.substring(0, MAX_LENGTH) : text);
        return cut ? kept + "..." : kept;
    }

    /** The text with control characters and line separators escaped, at its full length. */
    public static String escape(String text) {
        if (isPrintable(text)) {
            return text;
        }
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            escaped.append(isHarmful(c) ? String.format(Locale.ROOT, "\\u%04x", (int) c) : String.valueOf(c));
        }
        return escaped.toString();
    }

    /** Whether the text has no character that {@link #escape} would escape. */
    public static boolean isPrintable(String text) {
        return harmless(text) == text.length();
    }

    /** The number of characters before the first harmful one. */
    private static int harmless(String text) {
        int harmless = 0;
        while (harmless < text.length() && !isHarmful(text.charAt(harmless))) {
            harmless++;
        }
        return harmless;
    }

    /** The path of a request as it was sent, without the part after a semicolon, which may be a session's key. */
    public static String path(String sent) {
        int parameters = sent.indexOf(';');
        if (parameters < 0) {
            return sent;
        }
        var path = new StringBuilder(sent.length());
        int from = 0;
        while (parameters >= 0) {
            path.append(sent, from, parameters);
            int next = sent.indexOf('/', parameters);
            from = next < 0 ? sent.length() : next;
            parameters = sent.indexOf(';', from);
        }
        return path.append(sent, from, sent.length()).toString();
    }

    static boolean isHarmful(int c) {
        return Character.isISOControl(c)
                || c == '\u2028' // line and paragraph separators, at which log viewers break lines
                || c == '\u2029'
                || c == '\u061c' // and characters that change the text direction beside them, or of the rest of a line
                || c == '\u200e'
                || c == '\u200f'
                || (c >= '\u202a' && c <= '\u202e')
                || (c >= '\u2066' && c <= '\u2069');
    }
}
