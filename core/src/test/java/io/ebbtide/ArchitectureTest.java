package io.ebbtide;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The architectural rules that a compiler does not check. */
final class ArchitectureTest {
    /** Public types that users see, without the prefix of the package. */
    static final Set<String> FOR_USERS = Set.of(
            "Ebbtide",
            "EbbtideBuilder",
            "Settings",
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
            "lifecycle.Backlog",
            "lifecycle.Component",
            "lifecycle.ConnectionUse",
            "lifecycle.ExitCode",
            "lifecycle.GraceBudget",
            "lifecycle.HealthCheckers",
            "lifecycle.LameDuckPolicy",
            "lifecycle.LameDuckReadiness",
            "lifecycle.LameDuckRules",
            "lifecycle.LifecycleListener",
            "lifecycle.LifecycleState",
            "lifecycle.Orchestrator",
            "lifecycle.ShutdownReport",
            "lifecycle.SourceLoad",
            "lifecycle.StartupTask",
            "lifecycle.Traffic",
            "lifecycle.TrafficSource",
            "management.MetricsText",
            "metrics.MeterRules",
            "metrics.RequestNames",
            "probe.ProbeDetails",
            "probe.ProbeHost",
            "probe.ProbeResponse",
            "probe.Probes",
            "work.Message",
            "work.MessageSource",
            "work.Messages",
            "work.QueueRule",
            "work.WorkExecutor",
            "work.WorkScheduler");

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
                "lifecycle  | internal inflight health",
                "work       | internal inflight health lifecycle",
                "metrics    | internal inflight health lifecycle",
                "probe      | internal inflight health lifecycle",
                "management | internal inflight health lifecycle metrics probe"
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
                        return !type.getFullName().startsWith("io.ebbtide.lifecycle.ProcessOwner");
                    }
                })
                .should()
                .callMethodWhere(ends)
                .check(MAIN);
    }

    @Test
    void monotonicTime_isReadInOneClass() {
        noClasses()
                .that(new DescribedPredicate<>("are not Ticker") {
                    @Override
                    public boolean test(JavaClass type) {
                        return !type.getFullName().equals("io.ebbtide.internal.Ticker");
                    }
                })
                .should()
                .callMethod(System.class, "nanoTime")
                .check(MAIN);
    }

    @Test
    void nobody_sleepsOrMeasuresByTheWallClock() {
        noClasses().should().callMethod(Thread.class, "sleep", long.class).check(MAIN);
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .check(MAIN);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(MAIN);
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

    /** Users see these 47 types; docs/decisions/0003-public-types.md explains why the others are public, too. */
    @Test
    void publicTypes_areTheseAndNoOther() {
        Set<String> betweenPackages = Set.of(
                "health.HealthControl",
                "inflight.GateControl",
                "inflight.Totals",
                "lifecycle.LateTraffic",
                "lifecycle.Leaving",
                "lifecycle.Lifecycle",
                "lifecycle.Part",
                "lifecycle.Plan",
                "lifecycle.ProcessOwner",
                "lifecycle.RequestWatcher",
                "management.ManagementServer",
                "metrics.ServiceMeters");

        Set<String> types = MAIN.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
                .filter(type -> !type.getPackageName().equals("io.ebbtide.internal"))
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .map(type -> type.getFullName().substring("io.ebbtide.".length()))
                .collect(Collectors.toSet());

        types.removeAll(betweenPackages);
        assertThat(types).isEqualTo(FOR_USERS);
    }
}
