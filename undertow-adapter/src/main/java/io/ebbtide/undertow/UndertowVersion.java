package io.ebbtide.undertow;

import io.ebbtide.spi.LibraryVersion;
import io.undertow.Undertow;
import java.util.List;

/** The version of Undertow that the application uses. Stateless. */
final class UndertowVersion {
    /** On a line that was not tested, the adapter may lose requests without an error. */
    private static final List<String> LINES = List.of("2.3", "2.4");

    private UndertowVersion() {}

    /** Refuses a line that was not tested with the adapter. */
    static void check() {
        LibraryVersion.requireLine(
                "Undertow",
                LibraryVersion.of(Undertow.class, "Undertow", "io.undertow/undertow-core"),
                LINES,
                "set such a version of io.undertow:undertow-core in dependencyManagement");
    }
}
