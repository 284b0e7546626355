package io.ebbtide.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LibraryVersionTest {
    @ParameterizedTest
    @CsvSource({
        "12.1.14,               12.1.14,         12, 1",
        "2.4.4.Final,           2.4.4.Final,     2,  4",
        "7.7.0.RELEASE/1960d49, 7.7.0.RELEASE,   7,  7",
        "12.2.0-SNAPSHOT,       12.2.0-SNAPSHOT, 12, 2",
        "6.0,                   6.0,             6,  0"
    })
    void parse_readsTheNumbers(String text, String shown, int major, int minor) {
        assertThat(LibraryVersion.parse(text)).isEqualTo(new LibraryVersion(shown, major, minor));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unknown", "12", "${project.version}", "99999999999.1"})
    void parse_ofWhatIsNoVersion_isNull(String text) {
        assertThat(LibraryVersion.parse(text)).isNull();
        assertThat(LibraryVersion.parse(null)).isNull();
    }

    @Test
    void of_readsTheManifest_unlessItIsAnotherProducts() {
        assertThat(LibraryVersion.of(MeterRegistry.class, "micrometer", "none/none"))
                .isNotNull()
                .satisfies(version -> assertThat(version.text())
                        .isEqualTo(MeterRegistry.class.getPackage().getImplementationVersion()));
        assertThat(LibraryVersion.of(MeterRegistry.class, "orders-service", "none/none"))
                .isNull();
    }

    /** As with java -p: the JVM does not keep the manifest of a named module. */
    @Test
    void inManifest_ofANamedModule_readsTheManifest() throws Exception {
        Path jar = Path.of(MeterRegistry.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Configuration configuration = ModuleLayer.boot()
                .configuration()
                .resolve(ModuleFinder.of(jar), ModuleFinder.of(), Set.of("micrometer.core"));
        Class<?> type = ModuleLayer.boot()
                .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
                .findLoader("micrometer.core")
                .loadClass("io.micrometer.core.instrument.Tag");
        assertThat(type.getModule().isNamed()).isTrue();

        assertThat(LibraryVersion.inManifest(type, "micrometer"))
                .isNotNull()
                .isEqualTo(LibraryVersion.inManifest(MeterRegistry.class, "micrometer"));
        assertThat(LibraryVersion.inManifest(type, "orders-service")).isNull();
    }

    @Test
    void of_readsMavensDescriptor_whereTheManifestStatesNone() {
        assertThat(LibraryVersion.of(MeterRegistry.class, "orders-service", "org.slf4j/slf4j-api"))
                .isNotNull()
                .extracting(LibraryVersion::major)
                .isEqualTo(2);
    }

    @Test
    void unknownVersion_isAccepted() {
        assertThatCode(() -> {
                    LibraryVersion.requireLine("Jetty", null, List.of("12.0"), "import jetty-bom");
                    LibraryVersion.requireAtLeast("HikariCP", null, 5, 1, "raise it");
                })
                .doesNotThrowAnyException();
    }

    @Test
    void requireLine_refusesEarlierAndLaterLines() {
        LibraryVersion.requireLine("Jetty", new LibraryVersion("12.1.99", 12, 1), List.of("12.0", "12.1"), "import it");

        for (String other : new String[] {"11.0.26", "12.2.0", "13.0.0", "12.10.0"}) {
            assertThatThrownBy(() -> LibraryVersion.requireLine(
                            "Jetty", LibraryVersion.parse(other), List.of("12.0", "12.1"), "import it"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Jetty: " + other + " (expected: 12.0.x or 12.1.x); import it");
        }
    }

    @Test
    void expected_listsTheLines() {
        assertThat(LibraryVersion.expected(List.of("2.4"))).isEqualTo("2.4.x");
        assertThat(LibraryVersion.expected(List.of("2.2", "2.3", "2.4"))).isEqualTo("2.2.x, 2.3.x or 2.4.x");
    }

    @Test
    void requireAtLeast_acceptsLaterOnes() {
        for (String later : new String[] {"5.1.0", "5.10.0", "6.0.0", "10.0.0"}) {
            LibraryVersion.requireAtLeast("HikariCP", LibraryVersion.parse(later), 5, 1, "raise it");
        }

        for (String older : new String[] {"5.0.1", "4.9.0"}) {
            assertThatThrownBy(() ->
                            LibraryVersion.requireAtLeast("HikariCP", LibraryVersion.parse(older), 5, 1, "raise it"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("HikariCP: " + older + " (expected: 5.1 or later); raise it");
        }
    }
}
