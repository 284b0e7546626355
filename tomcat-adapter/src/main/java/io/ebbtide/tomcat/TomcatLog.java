package io.ebbtide.tomcat;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Tomcat's log lines in java.util.logging. */
final class TomcatLog {
    /** Kept, because a logger without references is garbage-collected, and its level with it. */
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger("org.apache.catalina"),
            Logger.getLogger("org.apache.coyote"),
            Logger.getLogger("org.apache.tomcat"));

    private TomcatLog() {}

    /** Hides each step of its start and stop, where no level is set. */
    static void quieten() {
        for (Logger logger : LOGGERS) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.WARNING);
            }
        }
    }
}
