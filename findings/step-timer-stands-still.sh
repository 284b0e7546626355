#!/usr/bin/env bash
# Micrometer 1.17.2: Timer.count() is documented as "the number of times that stop has been called on this timer". In a registry that
# pushes steps it is 0 within the first step, then what was counted until the next reading rolled the step over, and 0 again after a step
# without uses: it stands still and falls while the timer is used.
# Seen: after 5 uses: 0; in the next step, after 2 more: 7; in the one after that: 0
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for artifact in io.micrometer:micrometer-core:1.17.2 io.micrometer:micrometer-commons:1.17.2 io.micrometer:micrometer-observation:1.17.2 \
    org.hdrhistogram:HdrHistogram:2.2.2 org.latencyutils:LatencyUtils:2.0.3 org.jspecify:jspecify:1.0.0; do
    mvn -q -B dependency:copy -Dartifact="$artifact" -DoutputDirectory="$dir"
done
cat > "$dir/Seen.java" <<'J'
import io.micrometer.core.instrument.*;
import io.micrometer.core.instrument.step.*;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

class Seen {
    static final AtomicLong MILLIS = new AtomicLong(60_000);

    static final Clock CLOCK = new Clock() {
        public long wallTime() {
            return MILLIS.get();
        }

        public long monotonicTime() {
            return MILLIS.get() * 1_000_000;
        }
    };

    public static void main(String[] arguments) {
        var config = new StepRegistryConfig() {
            public String prefix() {
                return "seen";
            }

            public String get(String key) {
                return null;
            }

            public Duration step() {
                return Duration.ofSeconds(60);
            }
        };
        var registry = new StepMeterRegistry(config, CLOCK) {
            protected void publish() {}

            protected TimeUnit getBaseTimeUnit() {
                return TimeUnit.SECONDS;
            }
        };
        Timer timer = registry.timer("uses");
        use(timer, 5);
        long first = timer.count();
        MILLIS.addAndGet(60_000);
        use(timer, 2);
        long second = timer.count();
        MILLIS.addAndGet(60_000);
        System.out.printf(
                "after 5 uses: %d; in the next step, after 2 more: %d; in the one after that: %d%n",
                first, second, timer.count());
    }

    private static void use(Timer timer, int times) {
        for (int i = 0; i < times; i++) {
            timer.record(Duration.ofMillis(1));
        }
    }
}
J
seen=$(java -cp "$dir/*" "$dir/Seen.java" 2>/dev/null)
echo "$seen"
[ "$seen" = "after 5 uses: 0; in the next step, after 2 more: 7; in the one after that: 0" ]
