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
    private final MeterGroup meters;
    private final Health health;
    private final Ticker ticker;
    private final List<Row> rows = new ArrayList<>();
    private boolean isForgotten;

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

    CheckMeters(MeterGroup meters, Health health, Ticker ticker) {
        this.meters = meters;
        this.health = health;
        this.ticker = ticker;
    }

    /** Called when there is a new snapshot, and once before. Checks keep their positions; new ones come after them. */
    synchronized void refresh() {
        if (isForgotten) {
            return;
        }
        List<CheckStatus> checks = health.snapshot().checks();
        for (int i = rows.size(); i < checks.size(); i++) {
            rows.add(new Row(checks.get(i).name()));
            register(i, checks.get(i));
        }
        for (int i = 0; i < rows.size(); i++) {
            refresh(rows.get(i), checks.get(i));
        }
    }

    private void register(int index, CheckStatus check) {
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
                "1 while a run of the check has exceeded its timeout and has not returned",
                health,
                from -> from.snapshot().checks().get(index).hungSince() == null ? 0 : 1,
                "check",
                check.name());
    }

    private void refresh(Row row, CheckStatus check) {
        Instant at = check.checkedAt();
        if (at != null && !at.equals(row.checkedAt)) {
            row.checkedNanos = ticker.nanos();
            if (row.checkedAt == null
                    && check.kind() != ProbeKind.STARTUP) { // which is not renewed: its age has no meaning
                meters.seconds(
                        "ebbtide.check.age",
                        "Age of the last result of the check",
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
                        "Duration of the last run of the check",
                        row,
                        from -> from.latency,
                        "check",
                        row.name);
            }
        }
    }

    /** Adds no more rows: registered meters are removed by their owner. */
    synchronized void forget() {
        isForgotten = true;
        rows.clear();
    }
}
