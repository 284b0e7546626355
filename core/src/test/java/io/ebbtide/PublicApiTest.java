package io.ebbtide;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.health.Check;
import io.ebbtide.health.CheckSchedule;
import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Evidence;
import io.ebbtide.health.Health;
import io.ebbtide.health.Hold;
import io.ebbtide.health.Outcome;
import io.ebbtide.health.Snapshot;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.GraceBudget;
import io.ebbtide.lifecycle.LameDuckRules;
import io.ebbtide.lifecycle.Orchestrator;
import io.ebbtide.metrics.MeterRules;
import io.ebbtide.testing.SilentSource;
import io.ebbtide.testing.TestTimeouts;
import io.ebbtide.work.QueueRule;
import io.ebbtide.work.WorkExecutor;
import io.ebbtide.work.WorkScheduler;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every public constructor and method with nulls, blanks, line breaks, negatives and extremes: told what is wrong, or done. */
final class PublicApiTest {
    private static final long SEED = 20_261_128;

    /** What says what was wrong, or is the documented end of a call. */
    private static final Set<Class<?>> FINE = Set.of(
            IllegalArgumentException.class,
            IllegalStateException.class,
            RejectedExecutionException.class,
            UnsupportedOperationException.class,
            TimeoutException.class);

    /** These end the process or wait for other threads; their arguments are tested elsewhere. */
    private static final Set<String> LEFT_OUT = Set.of(
            "Ebbtide.run",
            "Ebbtide.start",
            "Ebbtide.shutdown",
            "Ebbtide.awaitStopped",
            "Ebbtide.close",
            "WorkExecutor.invokeAll",
            "WorkExecutor.invokeAny",
            "WorkScheduler.invokeAll",
            "WorkScheduler.invokeAny",
            "WorkExecutor.awaitTermination",
            "WorkScheduler.awaitTermination");

    private static final Map<Class<?>, Supplier<Object>> SAMPLES = samples();
    private static Ebbtide service;

    private final Random random = new Random(SEED);
    private final Map<String, String> faults = new TreeMap<>();

    @BeforeAll
    static void start() {
        service = Ebbtide.builder("api")
                .serve(new SilentSource())
                .readiness("db", Check.of(Outcome::up))
                .build()
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        service.shutdown("test");
        service.awaitStopped(TestTimeouts.HANG);
    }

    @Test
    void anyArguments_areRefusedWithAMessage_orDone() throws Exception {
        callAll(20);
    }

    @Test
    @Tag("full")
    void anyArguments_areRefusedWithAMessage_orDone_longRun() throws Exception {
        callAll(200);
    }

    private void callAll(int combinations) throws Exception {
        int calls = 0;
        for (String name : ArchitectureTest.FOR_USERS) {
            Class<?> type = Class.forName("io.ebbtide." + name);
            for (Executable each : executables(type)) {
                Set<String> seen = Set.of(type.getSimpleName() + "." + each.getName());
                if (LEFT_OUT.containsAll(seen) || each.getParameterCount() == 0) {
                    continue;
                }
                for (int i = 0; i < combinations; i++) {
                    call(type, each);
                    calls++;
                }
            }
        }

        assertThat(calls).isGreaterThan(100 * combinations);
        assertThat(faults.entrySet().stream()
                        .map(each -> each.getKey() + ": " + each.getValue())
                        .collect(Collectors.joining("\n")))
                .isEmpty();
        assertThat(service.inFlight().count()).as("counted for ever").isZero();
    }

    private static List<Executable> executables(Class<?> type) {
        List<Executable> all = new ArrayList<>(List.of(type.getConstructors()));
        Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class && !method.isBridge())
                .filter(method -> !method.getName().equals("equals"))
                .filter(method -> !method.getDeclaringClass().isEnum() && method.getDeclaringClass() != Enum.class)
                .forEach(all::add);
        return all;
    }

    private void call(Class<?> type, Executable executable) {
        Object[] arguments = Arrays.stream(executable.getGenericParameterTypes())
                .map(parameter -> argument(raw(parameter)))
                .toArray();
        Object target = null;
        if (executable instanceof Method method && !Modifier.isStatic(method.getModifiers())) {
            target = sample(type);
            if (target == null) {
                return; // the caller's own to implement, or made by the library alone
            }
        }
        try {
            Object result = executable instanceof Constructor<?> constructor
                    ? constructor.newInstance(arguments)
                    : ((Method) executable).invoke(target, arguments);
            if (result instanceof Ticket ticket) {
                ticket.close();
            } else if (result instanceof Hold hold) { // an executor is AutoCloseable, too, since Java 19, and waits
                hold.close();
            }
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            boolean says = FINE.stream().anyMatch(each -> each.isInstance(thrown))
                    && thrown.getMessage() != null
                    && !thrown.getMessage().isBlank();
            boolean saysByContract = thrown instanceof NullPointerException
                    && String.valueOf(thrown.getMessage()).contains("(expected: ");
            if (!says && !saysByContract) {
                faults.putIfAbsent(
                        type.getSimpleName() + "." + executable.getName()
                                + Arrays.toString(executable.getParameterTypes()),
                        thrown + " with " + Arrays.toString(arguments) + " at " + thrown.getStackTrace()[0]);
            }
        } catch (Exception e) {
            faults.putIfAbsent(executable.toString(), "cannot be called: " + e);
        }
    }

    private static Class<?> raw(java.lang.reflect.Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof java.lang.reflect.ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        return Object.class;
    }

    private @Nullable Object argument(Class<?> type) {
        if (type == int.class) {
            return pick(Integer.MIN_VALUE, -1, 0, 1, 100, 65_536, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return pick(Long.MIN_VALUE, -1L, 0L, 1L, 1_000L, Long.MAX_VALUE);
        }
        if (type == double.class) {
            return pick(Double.NaN, -1.0, 0.0, 0.5, 1.0, Double.POSITIVE_INFINITY);
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
                Array.set(array, i, argument(type.getComponentType()));
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
        Object sample = sample(type);
        return sample != null || !type.isInterface() ? sample : answering(type);
    }

    private Object pick(Object... values) {
        return values[random.nextInt(values.length)];
    }

    /** Made by the library, or by its caller as documented; null if there is none. */
    private static @Nullable Object sample(Class<?> type) {
        Supplier<Object> supplier = SAMPLES.get(type);
        return supplier == null ? null : supplier.get();
    }

    private static Map<Class<?>, Supplier<Object>> samples() {
        return Map.ofEntries(
                Map.entry(Ebbtide.class, () -> service),
                Map.entry(EbbtideBuilder.class, () -> Ebbtide.builder("api")),
                Map.entry(Settings.class, Settings::derived),
                Map.entry(Check.class, () -> Check.of(Outcome::up)),
                Map.entry(CheckSchedule.class, CheckSchedule::defaults),
                Map.entry(
                        CheckStatus.class,
                        () -> service.health().snapshot().checks().get(0)),
                Map.entry(Evidence.class, Evidence::create),
                Map.entry(Health.class, () -> service.health()),
                Map.entry(Outcome.class, Outcome::up),
                Map.entry(Snapshot.class, () -> service.health().snapshot()),
                Map.entry(InFlight.class, () -> service.inFlight()),
                Map.entry(Ticket.class, () -> closed(service.work("sample", WorkKind.JOB))),
                Map.entry(GraceBudget.class, () -> Settings.derived().budget(Orchestrator.NONE)),
                Map.entry(GraceBudget.Shares.class, () -> GraceBudget.Shares.DERIVED),
                Map.entry(LameDuckRules.class, LameDuckRules::defaults),
                Map.entry(MeterRules.class, MeterRules::defaults),
                Map.entry(QueueRule.class, QueueRule::keep),
                Map.entry(Component.class, () -> Component.closing(() -> {})),
                Map.entry(
                        WorkExecutor.class,
                        () -> WorkExecutor.of("api", Executors.newSingleThreadExecutor(), QueueRule.keep())),
                Map.entry(
                        WorkScheduler.class,
                        () -> WorkScheduler.of("api", Executors.newSingleThreadScheduledExecutor(), QueueRule.keep())),
                Map.entry(URI.class, () -> URI.create("http://127.0.0.1:1/a")),
                Map.entry(Path.class, () -> Path.of("target")),
                Map.entry(Instant.class, () -> Instant.EPOCH),
                Map.entry(Thread.class, Thread::currentThread),
                Map.entry(Throwable.class, () -> new IllegalStateException("sample")),
                Map.entry(InetAddress.class, InetAddress::getLoopbackAddress));
    }

    private static Ticket closed(Ticket ticket) {
        ticket.close();
        return ticket;
    }

    /** An implementation whose methods return nothing, false, 0 or null. */
    private static Object answering(Class<?> type) {
        return Proxy.newProxyInstance(
                PublicApiTest.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
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
                    return result == boolean.class
                            ? (Object) false
                            : result.isPrimitive() && result != void.class ? (Object) 0 : null;
                });
    }
}
