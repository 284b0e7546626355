package io.ebbtide.servlet;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Parses an IP address without ever querying a name server: a container may supply a name, or nothing, instead. */
final class Address {
    private Address() {}

    /** The address; null if the text is not an address. */
    static @Nullable InetAddress of(@Nullable String text) {
        if (text == null || text.isEmpty() || (Character.digit(text.charAt(0), 16) < 0 && text.charAt(0) != ':')) {
            return null;
        }
        try {
            if (text.indexOf(':') >= 0) {
                return InetAddress.getByName(text); // with a colon in it the JDK parses it as a literal or refuses it
            }
            byte[] four = four(text);
            return four == null ? null : InetAddress.getByAddress(four);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static byte @Nullable [] four(String text) {
        var bytes = new byte[4];
        int index = 0;
        int value = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && value >= 0 && index < 3) {
                bytes[index++] = (byte) value;
                value = -1;
            } else if (c >= '0' && c <= '9') {
                value = Math.max(value, 0) * 10 + (c - '0');
                if (value > 255) {
                    return null;
                }
            } else {
                return null;
            }
        }
        if (index != 3 || value < 0) {
            return null;
        }
        bytes[3] = (byte) value;
        return bytes;
    }
}
