package io.ebbtide.tomcat;

import io.ebbtide.spi.LibraryVersion;
import java.util.List;
import org.apache.catalina.startup.Tomcat;

/** The version of Tomcat that the application uses. Stateless. */
final class TomcatVersion {
    /*
     * Internals reads unpublished parts of Tomcat, so an unknown line is refused, too. The version is read from the
     * manifest and not from ServerInfo, whose text an application may replace in order to hide it.
     */
    private static final List<String> LINES = List.of("10.1", "11.0");

    private TomcatVersion() {}

    /** Refuses a line that was not tested with the adapter, before any class that needs one is linked. */
    static void check() {
        LibraryVersion.requireLine(
                "Tomcat",
                LibraryVersion.inManifest(Tomcat.class, "Apache Tomcat"),
                LINES,
                "depend on such a version of org.apache.tomcat.embed:tomcat-embed-core");
    }
}
