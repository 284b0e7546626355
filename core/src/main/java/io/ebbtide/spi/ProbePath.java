package io.ebbtide.spi;

import io.ebbtide.internal.Printable;

/** Normalizes equivalent forms of a path. Servers supply paths decoded or not, so it is done here. Stateless. */
final class ProbePath {
    private static final int HEX = 16;
    private static final int LENGTH_OF_ESCAPE = 3;

    private ProbePath() {}

    /**
     * The path without path parameters and without a slash at its end, and with unnecessary escapes decoded (RFC 3986,
     * section 6.2.2.2).
     */
    static String normal(String path) {
        boolean isNormal = path.indexOf(';') < 0 && path.indexOf('%') < 0 && !path.endsWith("/");
        if (isNormal) { // nearly always
            return path;
        }
        String plain = unescaped(Printable.path(path));
        return plain.length() > 1 && plain.endsWith("/") ? plain.substring(0, plain.length() - 1) : plain;
    }

    private static String unescaped(String path) {
        int escape = path.indexOf('%');
        if (escape < 0) {
            return path;
        }
        var text = new StringBuilder(path.length());
        int from = 0;
        for (; escape >= 0; escape = path.indexOf('%', escape + 1)) {
            int c = valueAt(path, escape);
            if (isUnreserved(c)) {
                text.append(path, from, escape).append((char) c);
                from = escape + LENGTH_OF_ESCAPE;
            }
        }
        return text.append(path, from, path.length()).toString();
    }

    /** Returns -1 if there is no valid escape. */
    private static int valueAt(String path, int escape) {
        if (path.length() < escape + LENGTH_OF_ESCAPE) {
            return -1;
        }
        int high = Character.digit(path.charAt(escape + 1), HEX);
        int low = Character.digit(path.charAt(escape + 2), HEX);
        return high < 0 || low < 0 ? -1 : HEX * high + low;
    }

    /** RFC 3986, section 2.3. */
    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }
}
