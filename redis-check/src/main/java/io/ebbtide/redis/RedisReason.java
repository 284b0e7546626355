package io.ebbtide.redis;

import io.ebbtide.health.Outcome;
import io.lettuce.core.RedisCommandTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes as generally understandable text why Redis did not execute a command. */
final class RedisReason {
    private static final Map<String, String> BY_CODE = Map.ofEntries(
            Map.entry("LOADING", "loading its data"),
            Map.entry("MASTERDOWN", "replica without its master"),
            Map.entry("NOAUTH", "password missing"),
            Map.entry("WRONGPASS", "login refused"),
            Map.entry("NOPERM", "user lacks permission"),
            Map.entry("MISCONF", "cannot write its data to disk"),
            Map.entry("BUSY", "busy with a script"),
            Map.entry("CLUSTERDOWN", "cluster is down"));
    private static final int DEEPEST = 16;

    private RedisReason() {}

    static Outcome of(Throwable failure) {
        String reason = null;
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            String known = known(each);
            reason = known == null ? reason : known; // the innermost is the most precise
        }
        return Outcome.down(reason == null ? "failed with " + innermost(failure) : reason)
                .causedBy(failure);
    }

    /** Whether the connection itself is unusable: it is silent, or closed. */
    static boolean isOfTheConnection(Throwable failure) {
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            if (each instanceof RedisCommandTimeoutException
                    || each instanceof ClosedChannelException
                    || isClosed(String.valueOf(each.getMessage()))) {
                return true;
            }
        }
        return false;
    }

    /** Whether Redis has refused a command to this user, and not the login (ACL, since Redis 6). */
    static boolean isNotPermitted(Throwable failure) {
        Throwable each = failure;
        for (int depth = 0; each != null && depth < DEEPEST; depth++, each = each.getCause()) {
            if (String.valueOf(each.getMessage()).startsWith("NOPERM")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isClosed(String message) {
        return message.startsWith("Connection closed") || message.startsWith("Connection is closed");
    }

    private static @Nullable String known(Throwable failure) {
        if (failure instanceof UnknownHostException || failure instanceof UnresolvedAddressException) {
            return "host name not found";
        }
        if (failure instanceof ConnectException) {
            return "connection refused";
        }
        if (failure instanceof ClosedChannelException) {
            return "connection closed";
        }
        if (failure instanceof RedisCommandTimeoutException) {
            return "no answer within the client's command timeout";
        }
        String message = String.valueOf(failure.getMessage());
        if (message.contains("max number of clients")) {
            return "too many clients";
        }
        if (isClosed(message)) {
            return "connection closed";
        }
        return BY_CODE.get(message.split("[ :]", 2)[0]);
    }

    private static String innermost(Throwable failure) {
        Throwable each = failure;
        for (int depth = 0; each.getCause() != null && depth < DEEPEST; depth++) {
            each = each.getCause();
        }
        return each.getClass().getSimpleName();
    }
}
