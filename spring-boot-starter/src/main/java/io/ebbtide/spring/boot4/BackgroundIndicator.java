package io.ebbtide.spring.boot4;

import io.ebbtide.spring.LastResult;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** Returns the last result of an indicator, corrected by its verdict; never runs it. Safe for use by many threads. */
record BackgroundIndicator(LastResult<Health> result) implements HealthIndicator {
    @Override
    public @Nullable Health health() {
        Health last = result.last();
        String reason = result.overruledBy();
        if (reason != null) {
            Health.Builder down = Health.down();
            return (last == null || !result.hasOwnVerdict() ? down : down.withDetails(last.getDetails()))
                    .withDetail("error", reason)
                    .build();
        }
        if (last == null) { // its first run has not ended, or has no details
            return result.isUp() ? Health.up().build() : Health.unknown().build();
        }
        return result.isStillUp() ? Health.up().withDetails(last.getDetails()).build() : last;
    }
}
