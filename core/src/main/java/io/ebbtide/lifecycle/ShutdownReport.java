package io.ebbtide.lifecycle;

import io.ebbtide.inflight.WorkInFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened while a service left. Immutable. Logged as one line of JSON ({@link #json()}), handed to
 * {@link LifecycleListener#stopped}. Secrets in what others have written are replaced by {@code ***}.
 *
 * @param service its name
 * @param reason why it left, such as {@code SIGTERM}
 * @param at when it was told to
 * @param took from then to the end
 * @param budget how its time was shared out
 * @param states how long each state lasted, {@code STARTING} and {@code RUNNING} included
 * @param inFlightAtSignal how much work was in flight when it was told to leave
 * @param inFlightArrived how much came since then, from outside and from the service itself
 * @param inFlightFinished how much of both ended by itself
 * @param inFlightGivenUp how much was not waited for, as its thread waits for the end of the process ({@code
 *     System.exit})
 * @param lameDuck why the lame duck ended when it did
 * @param late the requests from outside among what arrived
 * @param inFlightCut how much work did not end in time
 * @param cut that work, 100 units at most, in the order in which it was cut: first what a limit of its kind cut, the 50
 *     oldest at most, then the rest; of each the oldest first
 * @param components how the stop of each component and traffic source went, in the order in which they were stopped
 * @param problems what else went wrong, in words
 * @param advice which numbers to change, in words
 * @param exitCode what the process ends with, if the service owns it
 */
public record ShutdownReport(
        String service,
        String reason,
        Instant at,
        Duration took,
        GraceBudget budget,
        Map<LifecycleState, Duration> states,
        long inFlightAtSignal,
        long inFlightArrived,
        long inFlightFinished,
        long inFlightGivenUp,
        LameDuckEnd lameDuck,
        Late late,
        int inFlightCut,
        List<Cut> cut,
        List<Stop> components,
        List<String> problems,
        List<String> advice,
        ExitCode exitCode) {
    public ShutdownReport {
        reason = Redact.text(reason);
        states = Expect.map(states, "states");
        cut = Expect.list(cut, "cut");
        components = Expect.list(components, "components");
        problems = withoutSecrets(Expect.list(problems, "problems"));
        advice = withoutSecrets(Expect.list(advice, "advice"));
    }

    /**
     * The end of the lame duck.
     *
     * @param reason why it came when it did
     * @param heldBy the peer that still had not been silent for long enough when its whole time was over
     */
    public record LameDuckEnd(
            LameDuckReason reason, @Nullable String heldBy) {}

    /** Why a lame duck ended. */
    public enum LameDuckReason {
        /** There was none. */
        NONE,
        /** Everybody who brought traffic had been silent for long enough. */
        QUIET,
        /** Its whole time was over. */
        MAX,
        /** A second signal came, or {@link io.ebbtide.Ebbtide#close}. */
        SKIPPED
    }

    /**
     * Requests that arrived after the signal; those of health checkers are not among them.
     *
     * @param count how many
     * @param refused how many of them came after the drain and were refused
     * @param latest how long after the signal the latest came; zero if none did
     * @param newConnections how many were the first on their connection: from somebody who had not learnt of the leaving
     * @param latestNewConnection how long after the signal the latest of those came
     * @param offsets how many came how long after the signal, the classes after the last one that is not empty left out
     * @param peers who sent them, the five whose latest came last
     */
    public record Late(
            long count,
            long refused,
            Duration latest,
            long newConnections,
            Duration latestNewConnection,
            List<Offset> offsets,
            List<LatePeer> peers) {
        public Late {
            offsets = Expect.list(offsets, "offsets");
            peers = Expect.list(peers, "peers");
        }
    }

    /**
     * A class of offsets.
     *
     * @param upTo its upper bound, included; the lower one is that of the class before it; null for what came later than
     *     all bounds
     * @param count how many requests came in it
     */
    public record Offset(@Nullable Duration upTo, long count) {}

    /**
     * Somebody who sent late requests.
     *
     * @param peer the address
     * @param count how many
     * @param latest how long after the signal the latest came
     */
    public record LatePeer(String peer, long count, Duration latest) {}

    /**
     * Work that did not end in time.
     *
     * @param kind what it was
     * @param description what its owner said of it
     * @param age how long it had been in flight
     * @param thread who worked on it; null where nobody is known to
     * @param stack where that thread stood, top frame first
     */
    public record Cut(
            WorkKind kind,
            String description,
            Duration age,
            @Nullable String thread,
            List<String> stack) {
        public Cut {
            description = Redact.text(description);
            thread = thread == null ? null : Redact.oneLine(thread);
            stack = Expect.list(stack, "stack");
        }

        /** @param frames of threads, by which this one's is found */
        static Cut of(WorkInFlight work, Map<Thread, List<String>> frames) {
            Thread thread = work.thread();
            return new Cut(
                    work.kind(),
                    work.description(),
                    work.age(),
                    thread == null ? null : thread.getName(),
                    thread == null ? List.of() : frames.getOrDefault(thread, List.of()));
        }
    }

    /**
     * The stop of one component or traffic source.
     *
     * @param name as registered
     * @param took how long it took, or had taken when it was left behind
     * @param ending how it went
     * @param detail what it threw, or where it stood when it was left behind, or what it has to tell; may be empty
     */
    public record Stop(String name, Duration took, Ending ending, String detail) {
        public Stop {
            detail = Redact.text(detail);
        }
    }

    /** How a stop went. */
    public enum Ending {
        /** As it should. */
        STOPPED,
        /** It threw. */
        FAILED,
        /** It took too long and was left behind. */
        OVERRAN
    }

    private static List<String> withoutSecrets(List<String> texts) {
        return texts.stream().map(Redact::text).toList();
    }

    /** Whether nothing was cut, nothing failed and nothing overran. */
    public boolean isClean() {
        return exitCode == ExitCode.CLEAN;
    }

    /** The report for a reader, at most 4096 bytes of UTF-8; control characters in names are escaped. */
    public String text() {
        return ReportText.of(this, ReportText.MOST_BYTES);
    }

    /** The report as one line of JSON; see {@code docs/reference/shutdown-report.schema.json}. */
    public String json() {
        return ReportJson.of(this);
    }
}
