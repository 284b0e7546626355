package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.zaxxer.hikari.HikariDataSource;
import io.ebbtide.Ebbtide;
import io.ebbtide.EbbtideBuilder;
import io.ebbtide.Settings;
import io.ebbtide.autoscale.AutoscaleSimulation;
import io.ebbtide.autoscale.ServiceModel;
import io.ebbtide.autoscale.Trace;
import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
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
import io.ebbtide.jdbc.JdbcComponent;
import io.ebbtide.jdbc.JdbcOptions;
import io.ebbtide.jetty.JettySource;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lint.ManifestLint;
import io.ebbtide.metrics.MeterRules;
import io.ebbtide.servlet.ServletSource;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.LoadResult;
import io.ebbtide.testkit.TcpBalancer;
import io.ebbtide.testkit.WireRequest;
import io.ebbtide.testkit.WireResponse;
import io.ebbtide.tomcat.TomcatSource;
import io.ebbtide.undertow.UndertowSource;
import io.ebbtide.work.QueueRule;
import io.ebbtide.work.WorkExecutor;
import io.ebbtide.work.WorkScheduler;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.server.handler.DefaultHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Calls every public constructor and method of every published module with nulls, blanks, line breaks, negatives and extremes: each
 * call succeeds or reports the wrong argument. Here because this module depends on all others.
 */
final class PublicApiTest {
    private static final long SEED = 20_261_128;

    /** What says what was wrong, or is the documented end of a call. */
    private static final Set<Class<?>> FINE = Set.of(
            IllegalArgumentException.class,
            IllegalStateException.class,
            RejectedExecutionException.class,
            UnsupportedOperationException.class,
            TimeoutException.class);

    private static final List<String> MODULES = List.of(
            "core",
            "undertow-adapter",
            "tomcat-adapter",
            "jetty-adapter",
            "servlet-adapter",
            "jdbc-check",
            "redis-check",
            "manifest-lint",
            "autoscale-sim",
            "testkit");

    /** Public for the packages of core alone: docs/decisions/0003-public-types.md. */
    private static final Set<String> BETWEEN_PACKAGES =
            Set.of("HealthControl", "GateControl", "Totals", "ManagementServer", "ServiceMeters", "ProbeAnswers");

    /** Not API: docs/decisions/0030-packages-of-core.md, 0031-packages-of-the-lint.md. */
    private static final Set<String> HIDDEN = Set.of(
            "io.ebbtide.internal",
            "io.ebbtide.peers",
            "io.ebbtide.process",
            "io.ebbtide.sequence",
            "io.ebbtide.lint.read",
            "io.ebbtide.lint.model",
            "io.ebbtide.lint.rule",
            "io.ebbtide.lint.report",
            "io.ebbtide.lint.cli");

    /**
     * The types of hidden packages that adapters and checks import. Adapters of servers compile against the API alone. The servlet
     * adapter, which runs a service by itself, and the checks need these, which are not about traffic and would be API for every
     * user elsewhere: docs/decisions/0030-packages-of-core.md. Remove what is no longer imported.
     */
    private static final Map<String, Set<String>> IMPORTS_OF_HIDDEN = Map.of(
            "undertow-adapter", Set.of(),
            "tomcat-adapter", Set.of(),
            "jetty-adapter", Set.of(),
            "servlet-adapter", Set.of("Durations", "JdkModules", "PrintableLogger", "Redact", "Ticker"),
            "redis-check", Set.of("Expect", "Threads"),
            "jdbc-check", Set.of("Durations", "Expect", "Threads", "Ticker"),
            "spring-common", Set.of(),
            "spring-boot-starter", Set.of(),
            "spring-boot3-starter", Set.of());

    /**
     * The public types of Spring's modules, without the prefix of the package: those for users, those that Spring requires to be public
     * or calls, and those that the starters and other packages share. Users pass arguments to none of them, so none is called here; what
     * users set are properties, see EbbtidePropertiesTest.
     */
    private static final Map<String, Set<String>> TYPES_OF_SPRINGS_MODULES = Map.of(
            "spring-common",
            union(
                    Set.of("EbbtideCustomizer", "EbbtideLifecycle"),
                    Set.of(
                            "EbbtideAutoConfiguration",
                            "EbbtideProperties",
                            "actuate.EbbtideEndpoint",
                            "actuate.EbbtideEndpointProperties",
                            "actuate.EbbtideEndpointWebExtension",
                            "actuate.EndpointAutoConfiguration",
                            "actuate.MetricsAutoConfiguration",
                            "work.WorkAutoConfiguration"),
                    Set.of(
                            "CheckFinder",
                            "EmbeddedServers",
                            "FoundCheck",
                            "HealthChecks",
                            "LastResult",
                            "ServerCustomizer",
                            "ServerCustomizer$Guarded",
                            "ServiceDescription")),
            "spring-boot-starter",
            Set.of("boot4.HealthAutoConfiguration", "boot4.JettyAutoConfiguration", "boot4.TomcatAutoConfiguration"),
            "spring-boot3-starter",
            Set.of(
                    "boot3.HealthAutoConfiguration",
                    "boot3.JettyAutoConfiguration",
                    "boot3.TomcatAutoConfiguration",
                    "boot3.UndertowAutoConfiguration"));

    /**
     * These end the process, wait for other threads, start others or signal them, or are for the library or a servlet container
     * to call; their arguments are tested elsewhere.
     */
    private static final Set<String> EXCLUDED = Set.of(
            "Ebbtide.run",
            "Ebbtide.start",
            "Ebbtide.shutdown",
            "Ebbtide.shutdownWithLameDuck",
            "Ebbtide.startOwningProcess",
            "Ebbtide.awaitDrained",
            "Ebbtide.awaitStopped",
            "Ebbtide.close",
            "WorkExecutor.invokeAll",
            "WorkExecutor.invokeAny",
            "WorkScheduler.invokeAll",
            "WorkScheduler.invokeAny",
            "WorkExecutor.awaitTermination",
            "WorkScheduler.awaitTermination",
            "UndertowSource.start",
            "TomcatSource.start",
            "JettySource.start",
            "JettySource.ticket",
            "ServletSource.start",
            "ServletSource.registerIn",
            "EbbtideInitializer.onStartup",
            "EbbtideListener.contextInitialized",
            "EbbtideListener.contextDestroyed",
            "Signals.send",
            "SigtermTrial.run",
            "SigtermTrial.runOther",
            "SigtermTrial.faultsUnderClientsThatNeverDisconnect",
            "StrictLoad.start",
            "WireConnection.open",
            "WireConnection.get",
            "OtherClassPath.of",
            "ManifestLint.assertClean",
            "SimulationResult.assertLostAtMost",
            "SimulationResult.assertPodHoursAtMost");

    private static final Pattern HIDDEN_TYPE = Pattern.compile(
            HIDDEN.stream().map(each -> Pattern.quote(each + ".")).collect(Collectors.joining("|", "(?:", ")(\\w+)")));

    private static final Map<Class<?>, Supplier<Object>> SAMPLES = samples();
    private static final TcpBalancer balancer = TcpBalancer.start();
    private static Ebbtide service;

    private final Arguments arguments = new Arguments(SEED, PublicApiTest::sample);
    private final Map<String, String> faults = new TreeMap<>();

    @BeforeAll
    static void start() {
        service = Ebbtide.builder("api")
                .serve(UndertowSource.http(0, exchange -> {}))
                .readiness("db", Check.of(Outcome::up))
                .build()
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        balancer.close();
        service.shutdown("test");
        service.awaitStopped(Duration.ofMinutes(2));
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

    @Test
    void adapters_importOfHiddenPackagesOnlyWhatIsListed() throws Exception {
        for (Map.Entry<String, Set<String>> each : IMPORTS_OF_HIDDEN.entrySet()) {
            Set<String> imported = new TreeSet<>();
            try (Stream<Path> files = Files.walk(Path.of("..", each.getKey(), "src", "main", "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    HIDDEN_TYPE
                            .matcher(Files.readString(file))
                            .results()
                            .map(match -> match.group(1))
                            .forEach(imported::add);
                }
            }

            assertThat(imported).as(each.getKey()).isEqualTo(each.getValue());
        }
    }

    @Test
    void publicTypes_ofSpringsModules_areTheseAndNoOther() {
        TYPES_OF_SPRINGS_MODULES.forEach((module, expected) -> {
            ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
            Set<String> types = new TreeSet<>();
            for (JavaClass type : new ClassFileImporter().importPath(Path.of("..", module, "target", "classes"))) {
                if (isPublic(type)) {
                    types.add(type.getFullName().substring("io.ebbtide.spring.".length()));
                }
            }

            assertThat(types).as(module).isEqualTo(expected);
        });
    }

    /** Whether a type is public, and those around it, too. */
    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(PublicApiTest::isPublic).orElse(true);
    }

    private static Set<String> union(Set<String> forUsers, Set<String> forSpring, Set<String> between) {
        return Stream.of(forUsers, forSpring, between).flatMap(Set::stream).collect(Collectors.toSet());
    }

    private void callAll(int combinations) throws Exception {
        int calls = 0;
        for (Class<?> type : types()) {
            for (Executable each : executables(type)) {
                Set<String> seen = Set.of(type.getSimpleName() + "." + each.getName());
                if (EXCLUDED.containsAll(seen) || each.getParameterCount() == 0) {
                    continue;
                }
                for (int i = 0; i < combinations; i++) {
                    call(type, each);
                    calls++;
                }
            }
        }

        System.out.printf("%,d calls of %d types' constructors and methods%n", calls, types().size());
        assertThat(calls).isGreaterThan(200 * combinations);
        assertThat(faults.entrySet().stream()
                        .map(each -> each.getKey() + ": " + each.getValue())
                        .collect(Collectors.joining("\n")))
                .isEmpty();
        assertThat(service.inFlight().count()).as("counted for ever").isZero();
    }

    private static List<Class<?>> types() throws Exception {
        var types = new ArrayList<Class<?>>();
        for (String module : MODULES) {
            Path classes = Path.of("..", module, "target", "classes");
            try (Stream<Path> files = Files.walk(classes)) {
                for (Path file : files.sorted().toList()) {
                    String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
                    if (name.startsWith("io.ebbtide.")
                            && name.endsWith(".class")
                            && HIDDEN.stream().noneMatch(each -> name.startsWith(each + "."))
                            && !name.endsWith("package-info.class")) {
                        Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                        if (Modifier.isPublic(type.getModifiers())
                                && !BETWEEN_PACKAGES.contains(type.getSimpleName())) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    private static List<Executable> executables(Class<?> type) {
        List<Executable> all = new ArrayList<>(List.of(type.getConstructors()));
        Arrays.stream(type.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class && !method.isBridge())
                .filter(method -> !method.getName().equals("equals"))
                .filter(method -> method.getDeclaringClass().getName().startsWith("io.ebbtide."))
                .filter(method -> !method.getDeclaringClass().isEnum() && method.getDeclaringClass() != Enum.class)
                .forEach(all::add);
        return all;
    }

    private void call(Class<?> type, Executable executable) {
        Object[] given = Arrays.stream(executable.getGenericParameterTypes())
                .map(parameter -> arguments.of(raw(parameter)))
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
                    ? constructor.newInstance(given)
                    : ((Method) executable).invoke(target, given);
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
                        thrown + " with " + Arrays.toString(given) + " at "
                                + Arrays.stream(thrown.getStackTrace()).findFirst());
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
                Map.entry(UndertowSource.class, () -> UndertowSource.http(0, exchange -> {})),
                Map.entry(TomcatSource.class, () -> TomcatSource.http(0, context -> {})),
                Map.entry(JettySource.class, () -> JettySource.http(0, new DefaultHandler())),
                Map.entry(ServletSource.class, () -> ServletSource.of("api")),
                Map.entry(JdbcOptions.class, JdbcOptions::defaults),
                Map.entry(JdbcComponent.class, () -> JdbcComponent.closing(new HikariDataSource())),
                Map.entry(HikariDataSource.class, HikariDataSource::new),
                Map.entry(ManifestLint.class, () -> ManifestLint.of(InputStream.nullInputStream(), "api")),
                Map.entry(InputStream.class, InputStream::nullInputStream),
                Map.entry(AutoscaleSimulation.class, PublicApiTest::simulation),
                Map.entry(ServiceModel.class, () -> ServiceModel.of(Duration.ofMillis(100), 16)),
                Map.entry(Trace.class, () -> Trace.of(Duration.ofSeconds(1), 1, 2)),
                Map.entry(JavaLauncher.class, () -> JavaLauncher.of(PublicApiTest.class)),
                Map.entry(WireRequest.class, () -> WireRequest.get("/")),
                Map.entry(WireResponse.class, () -> new WireResponse(200, Map.of(), "")),
                Map.entry(LoadResult.class, () -> new LoadResult(0, 0, List.of(), Map.of(), 0)),
                Map.entry(TcpBalancer.class, () -> balancer),
                Map.entry(Class.class, () -> PublicApiTest.class),
                Map.entry(URI.class, () -> URI.create("http://127.0.0.1:1/a")),
                Map.entry(Path.class, () -> Path.of("target")),
                Map.entry(Instant.class, () -> Instant.EPOCH),
                Map.entry(Thread.class, Thread::currentThread),
                Map.entry(Throwable.class, () -> new IllegalStateException("sample")),
                Map.entry(InetAddress.class, InetAddress::getLoopbackAddress));
    }

    private static AutoscaleSimulation simulation() {
        String manifest = """
                apiVersion: autoscaling/v2
                kind: HorizontalPodAutoscaler
                metadata:
                  name: api
                spec:
                  maxReplicas: 2
                """;
        return AutoscaleSimulation.of(new ByteArrayInputStream(manifest.getBytes(StandardCharsets.UTF_8)), "api");
    }

    private static Ticket closed(Ticket ticket) {
        ticket.close();
        return ticket;
    }
}
