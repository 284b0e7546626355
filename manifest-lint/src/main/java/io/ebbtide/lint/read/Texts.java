package io.ebbtide.lint.read;

import java.util.Arrays;

/** Makes strings of parts of a text, and the same string again for a part that was met shortly before. Not thread-safe. */
final class Texts {
    /** Longer parts seldom occur twice. */
    private static final int MAX_LENGTH = 64;

    private final String[] recent;

    /** Remembers up to this number of strings, a power of two. */
    Texts(int number) {
        recent = new String[number];
        Arrays.fill(recent, "");
    }

    String of(String text, int from, int to) {
        if (to - from > MAX_LENGTH) {
            return text.substring(from, to);
        }
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + text.charAt(i);
        }
        int slot = (hash ^ hash >>> 16) & (recent.length - 1);
        String known = recent[slot];
        if (known.length() == to - from && text.startsWith(known, from)) {
            return known;
        }
        String copied = text.substring(from, to);
        recent[slot] = copied;
        return copied;
    }
}
