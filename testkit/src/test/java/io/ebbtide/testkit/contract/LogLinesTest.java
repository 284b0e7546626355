package io.ebbtide.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("it looks at what the whole JVM logs")
final class LogLinesTest {
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    @Test
    void lines_ofBothFrameworks_areThere_fromInfoOn() {
        Level before = root.getLevel();
        try (LogLines lines = LogLines.capture()) {
            LoggerFactory.getLogger("planted").debug("a detail");
            LoggerFactory.getLogger("planted").warn("a warning\nof two lines", new IllegalStateException("planted"));
            LoggerFactory.getLogger("io.ebbtide.lifecycle.Lifecycle").info("a move");
            LoggerFactory.getLogger("io.ebbtide.Ebbtide").info("a start");
            java.util.logging.Logger.getLogger("planted").fine("a detail");
            java.util.logging.Logger.getLogger("planted").severe("a failure");

            assertThat(lines.soFar())
                    .isEqualTo(Set.of(
                            "SEVERE planted: a failure",
                            "WARN planted: a warning [java.lang.IllegalStateException: planted]"));
        }
        assertThat(root.getLevel()).isEqualTo(before);
    }

    @Test
    void lines_afterTheEnd_areNot() {
        LogLines lines = LogLines.capture();
        lines.close();

        java.util.logging.Logger.getLogger("planted").severe("a failure");

        assertThat(lines.soFar()).isEmpty();
    }
}
