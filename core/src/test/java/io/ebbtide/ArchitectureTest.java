package io.ebbtide;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The architectural rules that a compiler does not check; ClassDependenciesTest in benchmarks has those that hold for all modules. */
final class ArchitectureTest {
    /** Public types that users see, without the prefix of the package. */
    static final Set<String> FOR_USERS = Set.of(
            "Ebbtide",
            "EbbtideBuilder",
            "Settings",
            "budget.GraceBudget",
            "budget.LameDuckPolicy",
            "budget.LameDuckReadiness",
            "budget.LameDuckRules",
            "budget.Orchestrator",
            "health.Check",
            "health.CheckSchedule",
            "health.CheckStatus",
            "health.Evidence",
            "health.Health",
            "health.Hold",
            "health.Outcome",
            "health.ProbeKind",
            "health.Snapshot",
            "health.Status",
            "inflight.InFlight",
            "inflight.Ticket",
            "inflight.WorkInFlight",
            "inflight.WorkKind",
            "lifecycle.Component",
            "lifecycle.LifecycleState",
            "lifecycle.StartupTask",
            "management.MetricsText",
            "metrics.MeterRules",
            "metrics.RequestNames",
            "probe.ProbeDetails",
            "report.ExitCode",
            "report.LifecycleListener",
            "report.ShutdownReport",
            "spi.Backlog",
            "spi.BindFailure",
            "spi.ConnectionUse",
            "spi.HealthCheckers",
            "spi.LibraryVersion",
            "spi.PeerAddress",
            "spi.ProbeHost",
            "spi.ProbeResponse",
            "spi.Probes",
            "spi.RequestText",
            "spi.SourceArguments",
            "spi.SourceLoad",
            "spi.Traffic",
            "spi.TrafficSource",
            "spi.WebSocketUpgrade",
            "work.Message",
            "work.MessageSource",
            "work.Messages",
            "work.QueueRule",
            "work.WorkDecorator",
            "work.WorkExecutor",
            "work.WorkScheduler");

    /** Packages of the library alone; the module exports the first to its own modules. */
    private static final Set<String> HIDDEN = Set.of("internal", "peers", "process", "sequence");

    private static final Set<String> CLOCKS = Set.of(
            "System.nanoTime",
            "System.currentTimeMillis",
            "Instant.now",
            "LocalDate.now",
            "LocalTime.now",
            "LocalDateTime.now",
            "OffsetDateTime.now",
            "ZonedDateTime.now",
            "Clock.systemUTC",
            "Clock.systemDefaultZone",
            "Date.<init>");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPath(Path.of("target/classes"));
    private static final JavaClasses TESTS = new ClassFileImporter().importPath(Path.of("target/test-classes"));

    /** Each package and the only packages that it may import, those below it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "internal   |",
                "inflight   | internal",
                "health     | internal",
                "peers      | internal",
                "lifecycle  | internal",
                "budget     | internal",
                "spi        | internal inflight peers",
                "report     | internal inflight budget lifecycle",
                "sequence   | internal inflight health peers lifecycle budget spi report",
                "work       | internal inflight spi",
                "metrics    | internal inflight health peers lifecycle budget spi sequence",
                "probe      | internal health lifecycle spi sequence",
                "process    | internal inflight lifecycle budget report sequence",
                "management | internal lifecycle spi"
            })
    void imports_pointDownOnly(String from, String to) {
        List<String> allowed = to == null ? List.of() : List.of(to.split(" "));
        var forbidden = new DescribedPredicate<JavaClass>("classes of ours that are not below " + from) {
            @Override
            public boolean test(JavaClass type) {
                String name = type.getPackageName();
                return name.startsWith("io.ebbtide")
                        && !name.equals("io.ebbtide." + from)
                        && allowed.stream().noneMatch(below -> name.equals("io.ebbtide." + below));
            }
        };

        noClasses()
                .that(resideInAPackage("io.ebbtide." + from))
                .should()
                .dependOnClassesThat(forbidden)
                .check(MAIN);
    }

    @Test
    void theProcess_isOwnedByOneClass() {
        var ends = target(owner(name("java.lang.System")))
                .and(target(name("exit")))
                .or(target(owner(name("java.lang.Runtime")))
                        .and(target(name("exit"))
                                .or(target(name("halt")))
                                .or(target(name("addShutdownHook")))
                                .or(target(name("removeShutdownHook")))));

        noClasses()
                .that(new DescribedPredicate<>("are not ProcessOwner") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.getFullName().startsWith("io.ebbtide.process.ProcessOwner");
                    }
                })
                .should()
                .callMethodWhere(ends)
                .check(MAIN);
    }

    @Test
    void clocks_areReadInOneClass() {
        assertThat(accessing(
                        access -> CLOCKS.contains(access.getTargetOwner().getSimpleName() + "." + access.getName())))
                .containsExactly("internal.Ticker");
    }

    /** All others are given one: the parts of a service that of its builder, the parts of the process that of its owner. */
    @Test
    void systemsTicker_isTakenByTheseAndNoOther() {
        Set<String> beforeAnyService = Set.of(
                "EbbtideBuilder",
                "health.Evidence",
                "internal.SpareLogger",
                "process.ProcessOwner",
                "work.MessageSource",
                "work.WorkDecorator",
                "work.WorkExecutor");

        Set<String> takers =
                accessing(access -> access.getTargetOwner().getSimpleName().equals("Ticker")
                        && access.getName().equals("system"));

        assertThat(takers).isEqualTo(beforeAnyService);
    }

    private static Set<String> accessing(Predicate<JavaAccess<?>> access) {
        return MAIN.stream()
                .filter(type -> type.getAccessesFromSelf().stream().anyMatch(access))
                .map(type -> outermost(type).getFullName().substring("io.ebbtide.".length()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type.getBaseComponentType();
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    @Test
    void noClass_sleeps() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(MAIN);
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .check(MAIN);
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(TESTS);
    }

    /** Surefire silently skips a class whose name does not match its patterns. */
    @Test
    void everyTestClass_isNamedSoThatItRuns() {
        List<String> strays = TESTS.stream()
                .filter(type -> type.getMethods().stream()
                        .anyMatch(method ->
                                method.isAnnotatedWith(Test.class) || method.isAnnotatedWith(ParameterizedTest.class)))
                .map(JavaClass::getSimpleName)
                .filter(name -> !name.endsWith("Test") && !name.endsWith("IT"))
                .toList();

        assertThat(strays).isEmpty();
    }

    /** Users see these 53 types; docs/decisions/0003-public-types.md explains why the others are public, too. */
    @Test
    void publicTypes_areTheseAndNoOther() {
        Set<String> betweenPackages = Set.of(
                "health.HealthControl",
                "inflight.GateControl",
                "inflight.Totals",
                "management.ManagementServer",
                "metrics.ServiceMeters",
                "probe.ProbeAnswers");

        Set<String> types = MAIN.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
                .filter(type -> !isHidden(type))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(type -> type.getFullName().substring("io.ebbtide.".length()))
                .collect(Collectors.toSet());

        types.removeAll(betweenPackages);
        assertThat(types).isEqualTo(FOR_USERS);
    }

    @Test
    void module_exportsToUsersNoHiddenPackage() throws Exception {
        String descriptor = Files.readString(Path.of("src/main/java/module-info.java"));
        Set<String> exported = Pattern.compile("exports io\\.ebbtide\\.(\\w+);")
                .matcher(descriptor)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(exported).isNotEmpty().doesNotContainAnyElementsOf(HIDDEN);
    }

    private static boolean isHidden(JavaClass type) {
        return HIDDEN.contains(
                type.getPackageName().substring(type.getPackageName().lastIndexOf('.') + 1));
    }
}
