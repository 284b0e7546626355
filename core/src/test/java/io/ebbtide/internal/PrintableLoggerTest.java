package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class PrintableLoggerTest {
    private final Logger logger = new LoggerContext().getLogger("test");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(logged);
    }

    private interface Method {
        void log(PrintableLogger to, String format, Object... values);
    }

    static List<Arguments> methods() {
        return List.of(
                arguments(Level.DEBUG, (Method) PrintableLogger::debug),
                arguments(Level.INFO, (Method) PrintableLogger::info),
                arguments(Level.WARN, (Method) PrintableLogger::warn),
                arguments(Level.ERROR, (Method) PrintableLogger::error));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void valuesWithControlCharacters_areOneLine_atTheLevelOfTheMethod(Level level, Method method) {
        method.log(PrintableLogger.of(logger), "it is {}, {}", "FORGED\n", new Lines("a\nb"));

        assertThat(logged.list).hasSize(1);
        assertThat(logged.list.get(0).getLevel()).isEqualTo(level);
        assertThat(logged.list.get(0).getFormattedMessage()).isEqualTo("it is FORGED\\u000a, a\nb");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void aThrowable_isText_withAPlaceInTheFormatAndWithout(Level level, Method method) {
        var failure = new IllegalStateException("no database\nFORGED");

        method.log(PrintableLogger.of(logger), "it is {}", failure);
        method.log(PrintableLogger.of(logger), "it is", failure);
        method.log(PrintableLogger.of(logger), "it is {}", "down", failure);

        assertThat(logged.list).hasSize(3).allMatch(event -> event.getThrowableProxy() == null);
        assertThat(logged.list)
                .extracting(
                        event -> event.getFormattedMessage().lines().findFirst().orElse(""))
                .containsExactly(
                        "it is IllegalStateException: no database FORGED",
                        "it is: IllegalStateException: no database FORGED",
                        "it is down: IllegalStateException: no database FORGED");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void noValues_andNull_areLoggedAsTheyAre(Level level, Method method) {
        method.log(PrintableLogger.of(logger), "it is");
        method.log(PrintableLogger.of(logger), "it is {}", (Object) null);

        assertThat(logged.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("it is", "it is null");
    }
}
