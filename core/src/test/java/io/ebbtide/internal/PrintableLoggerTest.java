package io.ebbtide.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

final class PrintableLoggerTest {
    private final Logger logger = new LoggerContext().getLogger("test");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();

    @BeforeEach
    void listen() {
        logged.start();
        logger.setLevel(Level.TRACE);
        logger.addAppender(logged);
    }

    /** The signatures of each method name, with and without a marker: a text, a text and an object, two objects, an array, a throwable. */
    static Stream<Method> methods() {
        return Arrays.stream(org.slf4j.Logger.class.getMethods())
                .filter(method -> method.getName().matches("trace|debug|info|warn|error"));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethod_logsOneLine_withoutControlCharactersAndThrowables(Method method) throws Exception {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(PrintableLoggerTest::argument)
                .toArray();

        method.invoke(PrintableLogger.of(logger), arguments);

        assertThat(logged.list).hasSize(1);
        ILoggingEvent event = logged.list.get(0);
        assertThat(event.getThrowableProxy()).isNull();
        assertThat(event.getFormattedMessage()).startsWith("it is").doesNotContain("FORGED\n");
        if (arguments[arguments.length - 1] instanceof Throwable) {
            assertThat(event.getFormattedMessage()).contains("IllegalStateException: no database");
        }
    }

    private static Object argument(Class<?> type) {
        if (type == String.class) {
            return "it is {}, {}";
        }
        if (type == Marker.class) {
            return MarkerFactory.getMarker("marker");
        }
        if (type == Throwable.class) {
            return new IllegalStateException("no database");
        }
        return type == Object[].class ? new Object[] {"FORGED\n", "FORGED\n"} : "FORGED\n";
    }
}
