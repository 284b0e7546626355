package io.ebbtide.redis;

import io.ebbtide.health.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Parses the answer to ROLE: {@code [master, offset, [[host, port, offset], ...]]},
 * {@code [slave, host, port, link, offset]}.
 */
final class Role {
    private Role() {}

    static Outcome of(List<?> answer) {
        String role = answer.isEmpty() ? "" : text(answer.get(0));
        return switch (role) {
            case "master" -> master(answer);
            case "slave" -> Outcome.up().with("role", "replica").with("link", text(at(answer, 3)));
            default -> Outcome.up().with("role", role.isEmpty() ? "unknown" : role);
        };
    }

    private static Outcome master(List<?> answer) {
        long offset = number(at(answer, 1));
        long replicas = 0;
        long lag = 0;
        if (at(answer, 2) instanceof List<?> each) {
            for (Object replica : each) {
                if (replica instanceof List<?> fields) {
                    replicas++;
                    lag = Math.max(lag, offset - number(at(fields, 2)));
                }
            }
        }
        return Outcome.up().with("role", "master").with("replicas", replicas).with("lagBytes", lag);
    }

    private static Object at(List<?> list, int index) {
        return index < list.size() && list.get(index) != null ? list.get(index) : "";
    }

    private static long number(Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        String text = text(value);
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    /** Values have the type that the connection's codec decodes. */
    private static String text(Object value) {
        if (value instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        if (value instanceof ByteBuffer bytes) {
            return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
        }
        return String.valueOf(value);
    }
}
