package io.ebbtide.metrics;

import io.ebbtide.health.CheckStatus;
import io.ebbtide.health.Health;
import io.ebbtide.health.ProbeKind;
import io.ebbtide.health.Status;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The meters of the checks. Safe for use by many threads. */
final class CheckMeters {
    private final Registered meters;
    private final Health health;
    private final Ticker ticker;
    private final List<Row> rows = new ArrayList<>();

    /** One check; the meters of its latency and age exist once a result has come. */
    private static final class Row {
        final String name;
        volatile @Nullable Instant checkedAt;
        volatile long checkedNanos;
        volatile Duration latency = Duration.ZERO;
        boolean hasLatency;

        Row(String name) {
            this.name = name;
        }
    }

    CheckMeters(Registered meters, Health health, Ticker ticker) {
        this.meters = meters;
        this.health = health;
        this.ticker = ticker;
    }

    void register() {
        List<CheckStatus> checks = health.snapshot().checks();
        for (int i = 0; i < checks.size(); i++) {
            int index = i; // checks keep their positions
            CheckStatus check = checks.get(i);
            meters.gauge(
                    "ebbtide.check.up",
                    "1 while the check is up",
                    health,
                    from -> from.snapshot().checks().get(index).status() == Status.UP ? 1 : 0,
                    "check",
                    check.name(),
                    "required",
                    String.valueOf(check.required()));
            meters.gauge(
                    "ebbtide.check.hung",
                    "1 while a run of the check has passed its timeout and has not come back",
                    health,
                    from -> from.snapshot().checks().get(index).hungSince() == null ? 0 : 1,
                    "check",
                    check.name());
        }
        synchronized (this) {
            checks.forEach(check -> rows.add(new Row(check.name())));
        }
        look();
    }

    /** Called when there is a new snapshot. */
    synchronized void look() {
        List<CheckStatus> checks = health.snapshot().checks();
        for (int i = 0; i < rows.size(); i++) {
            look(rows.get(i), checks.get(i));
        }
    }

    private void look(Row row, CheckStatus check) {
        Instant at = check.checkedAt();
        if (at != null && !at.equals(row.checkedAt)) {
            row.checkedNanos = ticker.nanos();
            if (row.checkedAt == null
                    && check.kind() != ProbeKind.STARTUP) { // which is not renewed: its age has no meaning
                meters.seconds(
                        "ebbtide.check.age",
                        "How long ago the last result of the check came",
                        row,
                        from -> ticker.since(from.checkedNanos),
                        "check",
                        row.name);
            }
            row.checkedAt = at;
        }
        Duration latency = check.latency();
        if (latency != null) {
            row.latency = latency;
            if (!row.hasLatency) {
                row.hasLatency = true;
                meters.seconds(
                        "ebbtide.check.latency",
                        "How long the last run of the check took",
                        row,
                        from -> from.latency,
                        "check",
                        row.name);
            }
        }
    }

    /** Adds no more rows: registered meters are removed by their owner. */
    synchronized void forget() {
        rows.clear();
    }
}
