package io.ebbtide.spi;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * The IP address of a connection's peer, as {@link Traffic#admit} takes it, from what a server supplies. Never queries a name
 * server. Stateless.
 */
public final class PeerAddress {
    private PeerAddress() {}

    /** Returns the address; null if the socket's address is not an IP address, or null. */
    public static @Nullable InetAddress of(@Nullable SocketAddress remote) {
        return remote instanceof InetSocketAddress address ? address.getAddress() : null;
    }

    /** Returns the address that is written in the text; null if the text is another, such as a name, or null. */
    public static @Nullable InetAddress parse(@Nullable String text) {
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
