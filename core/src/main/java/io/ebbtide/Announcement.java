package io.ebbtide;

import io.ebbtide.internal.PrintableLogger;
import java.util.List;

/**
 * The settings of a service and its warnings, logged when it is built. Immutable.
 *
 * @param line its settings, and the assumptions
 * @param warnings one line for each problem of the settings
 */
record Announcement(String service, String line, List<String> warnings) {
    void log(PrintableLogger to) {
        to.info("'{}': {}", service, line);
        for (String warning : warnings) {
            to.warn("'{}': {}", service, warning);
        }
    }
}
