package io.ebbtide.benchmarks;

import io.ebbtide.inflight.InFlight;
import java.lang.reflect.Array;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Nulls, blanks, line breaks, negatives and extremes for parameters of any type, the same in each run. */
final class Arguments {
    private final Random random;
    private final Function<Class<?>, @Nullable Object> samples;

    /**
     * @param samples what is made by the library, or by its caller as documented; null if there is none
     */
    Arguments(long seed, Function<Class<?>, @Nullable Object> samples) {
        this.random = new Random(seed);
        this.samples = samples;
    }

    @Nullable
    Object of(Class<?> type) {
        if (type == int.class) {
            return pick(Integer.MIN_VALUE, -1, 0, 1, 100, 65_536, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return pick(Long.MIN_VALUE, -1L, 0L, 1L, 1_000L, Long.MAX_VALUE);
        }
        if (type == double.class) {
            return pick(Double.NaN, -1.0, 0.0, 0.5, 1.0, Double.POSITIVE_INFINITY);
        }
        if (type == byte.class) {
            return pick(Byte.MIN_VALUE, (byte) 0, (byte) '\n');
        }
        if (type == boolean.class) {
            return random.nextBoolean();
        }
        if (random.nextInt(5) == 0) {
            return null;
        }
        if (type == String.class || type == Object.class) {
            return pick(
                    "", " ", "\n", "a", "a\nb", "orders", "{}", "\u0000", "x".repeat(10_000), "EBBTIDE_GRACE", "30s");
        }
        if (type == Duration.class) {
            return pick(
                    Duration.ZERO,
                    Duration.ofNanos(1),
                    Duration.ofSeconds(-1),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(5),
                    Duration.ofDays(365),
                    Duration.ofDays(3_650),
                    InFlight.UNLIMITED,
                    Duration.ofSeconds(Long.MAX_VALUE),
                    Duration.ofSeconds(Long.MIN_VALUE));
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        }
        if (type.isArray()) {
            Object array = Array.newInstance(type.getComponentType(), random.nextInt(3));
            for (int i = 0; i < Array.getLength(array); i++) {
                Array.set(array, i, of(type.getComponentType()));
            }
            return array;
        }
        if (type == List.class || type == java.util.Collection.class) {
            return pick(List.of(), Collections.singletonList(null));
        }
        if (type == Set.class) {
            return pick(Set.of(), Collections.singleton(null));
        }
        if (type == Map.class) {
            var nulls = new HashMap<Object, Object>();
            nulls.put(null, null);
            return pick(Map.of(), nulls);
        }
        if (type == TimeUnit.class) {
            return pick(TimeUnit.NANOSECONDS, TimeUnit.SECONDS, TimeUnit.DAYS);
        }
        Object sample = samples.apply(type);
        return sample != null || !type.isInterface() ? sample : answering(type);
    }

    private Object pick(Object... values) {
        return values[random.nextInt(values.length)];
    }

    /** An implementation whose methods return nothing, false, 0 or null. */
    private static Object answering(Class<?> type) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            Class<?> result = method.getReturnType();
            if (method.getName().equals("toString")) {
                return type.getSimpleName();
            }
            if (method.getName().equals("hashCode")) {
                return System.identityHashCode(proxy);
            }
            if (method.getName().equals("equals")) {
                return proxy == args[0];
            }
            return result.isPrimitive() && result != void.class ? Array.get(Array.newInstance(result, 1), 0) : null;
        });
    }
}
