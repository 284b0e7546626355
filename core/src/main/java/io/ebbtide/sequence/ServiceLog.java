package io.ebbtide.sequence;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The logger of a service's moves and of its report. */
final class ServiceLog {
    /** By name, not by class: users configure it, so it stays when a class moves. */
    static final Logger LOG = LoggerFactory.getLogger("io.ebbtide.lifecycle.Lifecycle");

    private ServiceLog() {}
}
