package io.ebbtide.jetty;

import io.ebbtide.spi.LibraryVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.StringUtil;
import org.jspecify.annotations.Nullable;

/** The version of Jetty that the application uses. Stateless. */
final class JettyVersions {
    /*
     * On a line that was not tested, the adapter may lose requests without an error, so an unknown line is refused,
     * too. Artifacts of two lines fail with a NoSuchMethodError somewhere, at times not before the shutdown. The check
     * of the class path runs before any class of this module that needs Jetty 12 is linked; the types that it names
     * exist in each line since 9.4, and have no supertype in another artifact.
     */
    private static final String PRODUCT = "Jetty";

    /** Of its own types: the title of another library's artifact may name Jetty, too, as Spring Boot's does. */
    private static final String PACKAGES = "org.eclipse.jetty.";

    private static final List<String> LINES = List.of("12.0", "12.1");

    private static final String REMEDY =
            "import org.eclipse.jetty:jetty-bom of such a version, and the BOM of its servlets in the same version";

    private JettyVersions() {}

    /** Refuses unsupported artifacts on the class path. */
    static void check() {
        var found = new LinkedHashMap<String, LibraryVersion>();
        add(found, "jetty-server", artifact("jetty-server", ConnectionFactory.class));
        add(found, "jetty-http", artifact("jetty-http", HttpStatus.class));
        add(found, "jetty-io", artifact("jetty-io", Connection.class));
        add(found, "jetty-util", artifact("jetty-util", StringUtil.class));
        check(found);
    }

    /** Refuses unsupported artifacts of a server's configuration: its protocols and handlers are artifacts of their own. */
    static void check(Server server) {
        Stream<?> protocols = Stream.of(server.getConnectors())
                .map(Connector::getConnectionFactories)
                .flatMap(factories -> factories.stream());
        Stream<?> handlers = server.getDescendants(Handler.class).stream();
        var found = new LinkedHashMap<String, LibraryVersion>();
        Stream.concat(Stream.of(server), Stream.concat(protocols, handlers))
                .map(Object::getClass)
                .filter(type -> type.getName().startsWith(PACKAGES))
                .forEach(type -> add(found, type.getPackageName(), LibraryVersion.inManifest(type, PRODUCT)));
        check(found);
    }

    static void check(Map<String, LibraryVersion> found) {
        long lines =
                found.values().stream().map(LibraryVersion::line).distinct().count();
        if (lines > 1) {
            String all = found.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue().text())
                    .collect(Collectors.joining(", "));
            throw LibraryVersion.unsupported(
                    PRODUCT, all, "all of one line, " + LibraryVersion.expected(LINES), REMEDY);
        }
        found.values().stream().findFirst().ifPresent(any -> LibraryVersion.requireLine(PRODUCT, any, LINES, REMEDY));
    }

    private static @Nullable LibraryVersion artifact(String name, Class<?> type) {
        return LibraryVersion.of(type, PRODUCT, "org.eclipse.jetty/" + name);
    }

    private static void add(Map<String, LibraryVersion> found, String name, @Nullable LibraryVersion version) {
        if (version != null) {
            found.put(name, version);
        }
    }
}
