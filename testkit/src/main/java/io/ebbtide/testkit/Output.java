package io.ebbtide.testkit;

import io.ebbtide.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines that a process prints, with methods to wait for them. Safe for use by many threads. */
final class Output {
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    synchronized void add(String line) {
        lines.add(line);
        notifyAll();
    }

    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized String text() {
        return String.join("\n", lines);
    }

    synchronized Matcher await(Pattern pattern, Duration timeout) throws InterruptedException {
        long endNanos = System.nanoTime() + timeout.toNanos();
        int next = 0;
        while (true) {
            for (; next < lines.size(); next++) {
                Matcher matcher = pattern.matcher(lines.get(next));
                if (matcher.find()) {
                    return matcher;
                }
            }
            long remainingNanos = endNanos - System.nanoTime();
            if (ended || remainingNanos <= 0) {
                throw new IllegalStateException("no line with '%s' %s; output:\n%s"
                        .formatted(pattern, ended ? "before the end" : "within " + Durations.text(timeout), text()));
            }
            TimeUnit.NANOSECONDS.timedWait(this, remainingNanos);
        }
    }
}
