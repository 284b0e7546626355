package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.ExecutableHint;
import org.springframework.aot.hint.FieldHint;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** The hints name what the sources access by reflection, and nothing that does not exist. */
final class EbbtideRuntimeHintsTest {
    private static final RuntimeHints HINTS = new RuntimeHints();

    /** Types by a name in the source; those of pools and drivers that are no dependency of ours are named by their users. */
    private static final Pattern TYPE = Pattern.compile("(?:Class\\.forName|\\btype)\\(\\s*\"([\\w.$]+)\"");

    /** Fields of Tomcat: the type, which the file imports, and the name. */
    private static final Pattern FIELD = Pattern.compile("field\\((\\w+)\\.class, \"(\\w+)\"\\)");

    @BeforeAll
    static void register() {
        SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
                .load(RuntimeHintsRegistrar.class)
                .stream()
                .filter(EbbtideRuntimeHints.class::isInstance)
                .forEach(each -> each.registerHints(HINTS, EbbtideRuntimeHintsTest.class.getClassLoader()));
    }

    @Test
    void everyTypeThatIsNamedInTheSources_hasAHint() throws IOException {
        List<String> named = new ArrayList<>();
        for (Path file : sources("core", "tomcat-adapter")) {
            TYPE.matcher(Files.readString(file))
                    .results()
                    .map(found -> found.group(1))
                    .filter(EbbtideRuntimeHintsTest::isPresent)
                    .forEach(named::add);
        }

        assertThat(named)
                .contains("sun.misc.Signal", "org.apache.catalina.core.AsyncContextImpl$RunnableWrapper")
                .allMatch(name -> HINTS.reflection().getTypeHint(TypeReference.of(name)) != null);
    }

    @Test
    void everyFieldOfTomcat_hasAHint() throws IOException {
        String source = Files.readString(
                Path.of("..", "tomcat-adapter", "src", "main", "java", "io", "ebbtide", "tomcat", "Internals.java"));
        List<String> fields = FIELD.matcher(source)
                .results()
                .map(found -> imported(source, found.group(1)) + "." + found.group(2))
                .toList();

        assertThat(fields).hasSize(4).allSatisfy(field -> {
            TypeHint hint =
                    HINTS.reflection().getTypeHint(TypeReference.of(field.substring(0, field.lastIndexOf('.'))));
            assertThat(hint).as(field).isNotNull();
            assertThat(hint.fields())
                    .extracting(FieldHint::getName)
                    .contains(field.substring(field.lastIndexOf('.') + 1));
        });
    }

    @Test
    void proxies_andManifests_haveHints() throws ClassNotFoundException {
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(Class.forName("sun.misc.SignalHandler")))
                .accepts(HINTS);
        assertThat(RuntimeHintsPredicates.proxies().forInterfaces(org.slf4j.Logger.class))
                .accepts(HINTS);
        assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/MANIFEST.MF"))
                .accepts(HINTS);
    }

    @Test
    void everyHint_isOfAMemberThatExists() {
        Set<String> verified = new TreeSet<>();
        for (TypeHint hint : HINTS.reflection().typeHints().toList()) {
            String name = hint.getType().getName();
            try {
                verify(hint, Class.forName(name, false, EbbtideRuntimeHintsTest.class.getClassLoader()));
                verified.add(name);
            } catch (NoClassDefFoundError e) {
                // an indicator of Boot, without the library that it checks
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(name, e);
            }
        }

        assertThat(verified)
                .contains(
                        "sun.misc.Signal",
                        "org.apache.tomcat.util.net.NioEndpoint",
                        "org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor")
                .hasSizeGreaterThan(15);
    }

    private static void verify(TypeHint hint, Class<?> type) throws ReflectiveOperationException {
        for (FieldHint field : hint.fields().toList()) {
            assertThat(type.getDeclaredField(field.getName())).isNotNull();
        }
        for (ExecutableHint method : hint.methods().toList()) {
            assertThat(exists(type, method)).as("%s.%s", type, method).isTrue();
        }
    }

    /** {@code Thread.ofVirtual} exists since Java 21. */
    private static boolean exists(Class<?> type, ExecutableHint hint) {
        List<String> parameters = hint.getParameterTypes().stream()
                .map(TypeReference::getCanonicalName)
                .toList();
        return Stream.of(type.getDeclaredMethods())
                        .filter(method -> method.getName().equals(hint.getName()))
                        .map(Method::getParameterTypes)
                        .map(types -> Arrays.stream(types)
                                .map(Class::getCanonicalName)
                                .collect(Collectors.toList()))
                        .anyMatch(parameters::equals)
                || (hint.getName().equals("ofVirtual") && Runtime.version().feature() < 21);
    }

    private static String imported(String source, String type) {
        return Pattern.compile("import ([\\w.]+\\." + type + ");")
                .matcher(source)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
    }

    private static boolean isPresent(String name) {
        try {
            Class.forName(name, false, EbbtideRuntimeHintsTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static List<Path> sources(String... modules) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : modules) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
            }
        }
        return sources;
    }
}
