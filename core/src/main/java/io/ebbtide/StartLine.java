package io.ebbtide;

import io.ebbtide.internal.Durations;
import io.ebbtide.sequence.Lifecycle;
import io.ebbtide.spi.LibraryVersion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log line of a service that has just started: its start duration, version and addresses. Stateless. */
final class StartLine {
    private StartLine() {}

    /** @param management the address of the management server; null for none */
    static String of(Lifecycle lifecycle, @Nullable String management) {
        List<String> listeners = new ArrayList<>(lifecycle.plan().serverNames());
        if (management != null) {
            listeners.add("management " + management);
        }
        LibraryVersion version = LibraryVersion.of(Ebbtide.class, "Ebbtide", "io.ebbtide/ebbtide-core");
        return "'%s' started in %s with Ebbtide%s; %s"
                .formatted(
                        lifecycle.service(),
                        Durations.text(lifecycle.startTook()),
                        version == null ? "" : " " + version.text(),
                        listeners.isEmpty() ? "no listener" : "listens on " + String.join(", ", listeners));
    }
}
