package io.ebbtide.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ebbtide.spi.LibraryVersion;
import io.ebbtide.testkit.OtherClassPath;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Jetty;
import org.junit.jupiter.api.Test;

/** The adapter names a Jetty that it does not support, and starts on one that it does. */
final class JettyVersionsIT {
    private static final Path OTHERS = Path.of("target");

    private static final String REMEDY =
            "; import org.eclipse.jetty:jetty-bom of such a version, and the BOM of its servlets in the same version";

    /** Run beside a Jetty that has no {@code Handler.Wrapper}, to which the adapter links. */
    public static final class GivenServer implements Supplier<String> {
        @Override
        public String get() {
            try {
                return "accepted: " + JettySource.of(new Server()).name();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    /** Run beside a Jetty of two lines, which may be unable to make a server. */
    public static final class OwnServer implements Supplier<String> {
        @Override
        @SuppressWarnings("NullAway")
        public String get() {
            try {
                return "accepted: " + JettySource.http(0, null).name();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }
    }

    @Test
    void otherLine_isRefusedWithItsVersionAndTheRemedy() throws Exception {
        var jetty11 = OtherClassPath.of("jetty-", OTHERS.resolve("jetty-refused"));

        assertThat(jetty11.run(GivenServer.class)).isEqualTo("Jetty: 11.0.26 (expected: 12.0.x or 12.1.x)" + REMEDY);
    }

    @Test
    void twoLines_areRefusedWithTheArtifactsOfEach() throws Exception {
        var mixed = OtherClassPath.of("jetty-", OTHERS.resolve("jetty-mixed"));

        assertThat(mixed.run(OwnServer.class))
                .isEqualTo("Jetty: jetty-server 12.0.16, jetty-http 12.0.16, jetty-io 12.1.0, jetty-util 12.1.0"
                        + " (expected: all of one line, 12.0.x or 12.1.x)" + REMEDY);
    }

    @Test
    void laterLine_isRefused() {
        assertThatThrownBy(() -> JettyVersions.check(Map.of("jetty-server", version("12.2.0"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Jetty: 12.2.0 (expected: 12.0.x or 12.1.x)" + REMEDY);
    }

    @Test
    void protocolOfAnotherLine_isRefused() {
        var found = new TreeMap<>(Map.of(
                "org.eclipse.jetty.http2.server", version("12.1.14"),
                "org.eclipse.jetty.server", version("12.0.16")));

        assertThatThrownBy(() -> JettyVersions.check(found))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Jetty: org.eclipse.jetty.http2.server 12.1.14, org.eclipse.jetty.server 12.0.16"
                        + " (expected: all of one line, 12.0.x or 12.1.x)" + REMEDY);
    }

    @Test
    void twoVersionsOfOneLine_areAccepted() {
        JettyVersions.check(Map.of("jetty-server", version("12.0.16"), "jetty-util", version("12.0.39")));
    }

    /** Without this, tests that replace one line by another could run on a mixture. */
    @Test
    void testsThemselves_runOnTheLineThatIsMeant() {
        assertThat(Jetty.VERSION).isEqualTo(System.getProperty("jetty.tested.version"));
        for (Class<?> each : new Class<?>[] {
            Server.class,
            org.eclipse.jetty.http.HttpStatus.class,
            org.eclipse.jetty.io.Connection.class,
            org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory.class,
            org.eclipse.jetty.ee10.servlet.ServletContextHandler.class
        }) {
            assertThat(LibraryVersion.inManifest(each, "Jetty")).isEqualTo(version(Jetty.VERSION));
        }
    }

    private static LibraryVersion version(String text) {
        return java.util.Objects.requireNonNull(LibraryVersion.parse(text));
    }
}
