package io.ebbtide.tomcat;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What Tomcat tells java.util.logging. */
final class TomcatLog {
    /** Kept, because a logger that nobody holds is forgotten, and its level with it. */
    private static final List<Logger> LOGGERS = List.of(
            Logger.getLogger("org.apache.catalina"),
            Logger.getLogger("org.apache.coyote"),
            Logger.getLogger("org.apache.tomcat"));

    private TomcatLog() {}

    /** Leaves out each step of its start and stop, where nobody has set a level. */
    static void quieten() {
        for (Logger logger : LOGGERS) {
            if (logger.getLevel() == null) {
                logger.setLevel(Level.WARNING);
            }
        }
    }
}
