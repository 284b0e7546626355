package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How the classes of each module's main code depend on each other, see docs/decisions/0030-packages-of-core.md and
 * 0031-packages-of-the-lint.md. Here because this module depends on all others.
 */
final class ClassDependenciesTest {
    private static final String LINT = "io.ebbtide.lint";

    /** A class that can only be understood together with more than two others is one class in disguise. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "core",
                "undertow-adapter",
                "tomcat-adapter",
                "jetty-adapter",
                "servlet-adapter",
                "jdbc-check",
                "redis-check",
                "spring-common",
                "spring-boot-starter",
                "spring-boot3-starter",
                "manifest-lint",
                "autoscale-sim",
                "testkit",
                "benchmarks",
                "examples/orders-service",
                "examples/spring-service"
            })
    void classes_formNoCycleLargerThanThree_andPackagesNone(String module) {
        Map<String, Set<String>> classes = uses(module, JavaClass::getFullName);
        Map<String, Set<String>> packages = uses(module, JavaClass::getPackageName);

        assertThat(classes).hasSizeGreaterThan(5);
        assertThat(cycles(classes)).allMatch(cycle -> cycle.size() <= 3);
        assertThat(cycles(packages)).isEmpty();
    }

    /** Each package of the linter and the only ones of the linter that it may import, those below it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".finding |",
                ".read    |",
                ".model   | .read",
                ".rule    | .read .model .finding",
                ".report  | .read .model .finding .rule",
                ".cli     | .read .model .finding .rule .report",
                "''       | .read .model .finding .rule .report"
            })
    void packagesOfTheLint_pointDownOnly(String from, String below) {
        List<String> allowed = below == null ? List.of() : List.of(below.split(" "));
        Map<String, Set<String>> packages = uses("manifest-lint", JavaClass::getPackageName);

        assertThat(packages).hasSize(7).containsKey(LINT + from);
        assertThat(packages.get(LINT + from))
                .isSubsetOf(allowed.stream().map(each -> LINT + each).toList());
    }

    /** What each class or package of a module uses of its own module; a nested class is a part of its outermost one. */
    private static Map<String, Set<String>> uses(String module, Function<JavaClass, String> name) {
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        JavaClasses types = new ClassFileImporter().importPath(Path.of("..", module, "target", "classes"));
        Map<String, Set<String>> uses = new HashMap<>();
        for (JavaClass type : types) {
            if (type.getSimpleName().equals("package-info")
                    || type.getSimpleName().equals("module-info")) {
                continue;
            }
            String from = name.apply(outermost(type));
            Set<String> targets = uses.computeIfAbsent(from, each -> new HashSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> outermost(dependency.getTargetClass()))
                    .filter(target -> types.contain(target.getFullName()))
                    .map(name)
                    .filter(target -> !target.equals(from))
                    .forEach(targets::add);
        }
        return uses;
    }

    private static JavaClass outermost(JavaClass type) {
        JavaClass outer = type.getBaseComponentType();
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer;
    }

    /** The sets of which each member reaches each other one. */
    private static Set<Set<String>> cycles(Map<String, Set<String>> uses) {
        Map<String, Set<String>> reachable =
                uses.keySet().stream().collect(Collectors.toMap(each -> each, each -> reachable(each, uses)));
        return reachable.entrySet().stream()
                .map(each -> each.getValue().stream()
                        .filter(other -> reachable.get(other).contains(each.getKey()))
                        .collect(Collectors.toCollection(TreeSet::new)))
                .filter(cycle -> !cycle.isEmpty())
                .collect(Collectors.toSet());
    }

    private static Set<String> reachable(String from, Map<String, Set<String>> uses) {
        var reached = new HashSet<String>();
        Deque<String> open = new ArrayDeque<>(uses.getOrDefault(from, Set.of()));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (reached.add(next)) {
                open.addAll(uses.getOrDefault(next, Set.of()));
            }
        }
        return reached;
    }
}
