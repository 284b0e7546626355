package io.ebbtide.management;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A file descriptor reserved for the moment when the process has no other: it is released, so that one probe can be
 * accepted, and opened again as soon as one is free. Confined to the loop's thread.
 */
final class ReserveDescriptor {
    /** A socket that is neither connected nor registered: closing it frees the descriptor at once. */
    private @Nullable SocketChannel held;

    /** Whether the process can open another file, beside the one in reserve. */
    static boolean isAnotherFree() {
        try {
            SocketChannel.open().close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    boolean isHeld() {
        return held != null;
    }

    /** Takes a descriptor if there is none in reserve; after a failure, the next turn tries again. */
    void refill() {
        if (held == null) {
            try {
                held = SocketChannel.open();
            } catch (IOException e) {
                // none is free yet
            }
        }
    }

    /**
     * Frees the descriptor.
     *
     * @return false if there is none in reserve
     */
    boolean release() {
        SocketChannel released = held;
        if (released == null) {
            return false;
        }
        held = null;
        try {
            released.close();
        } catch (IOException e) {
            // it is free all the same
        }
        return true;
    }
}
