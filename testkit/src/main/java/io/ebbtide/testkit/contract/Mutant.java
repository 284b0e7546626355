package io.ebbtide.testkit.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of one or several requests after mutation. Immutable.
 *
 * @param parts the parts, written one after the other
 * @param requests the number of requests, {@code >= 1}
 * @param isReset whether the client resets the connection instead of reading
 */
record Mutant(List<byte[]> parts, int requests, boolean isReset) {
    private static final int MAX_SHOWN = 600;

    Mutant {
        parts = List.copyOf(parts);
    }

    byte[] bytes() {
        var all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** The bytes as a literal of Java, parts separated by {@code " + "}; a long one is shortened. */
    @Override
    public String toString() {
        List<String> shown = new ArrayList<>();
        for (byte[] part : parts) {
            var text = new StringBuilder("\"");
            for (char c : new String(part, StandardCharsets.ISO_8859_1).toCharArray()) {
                text.append(escaped(c));
            }
            shown.add(text.append('"').toString());
        }
        String all = String.join(" + ", shown);
        return all.length() > MAX_SHOWN ? all.substring(0, MAX_SHOWN) + "..." : all;
    }

    private static String escaped(char c) {
        return switch (c) {
            case '\r' -> "\\r";
            case '\n' -> "\\n";
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            default -> c >= ' ' && c < 0x7f ? String.valueOf(c) : "\\u%04x".formatted((int) c);
        };
    }
}
