package io.ebbtide.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * How long tests wait for an event: so long that only a broken product exceeds it, however busy the machine is. Registered
 * for all tests by {@code META-INF/services}. Safe for use by many threads.
 */
public final class TestTimeouts implements BeforeAllCallback {
    /** How long an event may take. */
    public static final Duration HANG = Duration.ofSeconds(60);

    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

    static { // before the first test: a logger obtained while another thread initialises the logging is not usable yet
        LoggerFactory.getILoggerFactory();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(HANG);
        Awaitility.setDefaultPollInterval(POLL_INTERVAL);
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.doNotCatchUncaughtExceptionsByDefault(); // they may be from a test that runs at the same time
    }
}
