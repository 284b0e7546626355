package io.ebbtide.examples.spring;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Confirms orders after their requests have been answered. A shutdown waits for the tasks that are in flight; those of an instance
 * that was killed are done by the job of another one. Safe for use by many threads.
 */
@Component
class Confirmations {
    private static final Logger LOG = LoggerFactory.getLogger(Confirmations.class);
    private static final Duration LOST_AFTER = Duration.ofMinutes(1);

    private final OrderStore store;

    Confirmations(OrderStore store) {
        this.store = store;
    }

    @Async
    void confirm(long id) {
        store.confirm(id);
    }

    @Scheduled(fixedDelayString = "${orders.sweep-interval:10s}")
    void confirmLost() {
        int confirmed = store.confirmOlderThan(LOST_AFTER);
        if (confirmed > 0) {
            LOG.info("confirmed {} orders whose task was lost", confirmed);
        }
    }
}
