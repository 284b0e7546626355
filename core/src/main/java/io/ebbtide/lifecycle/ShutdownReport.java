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
 * What happened during the shutdown of a service. Immutable. Logged as one line of JSON ({@link #json()}), passed to
 * {@link LifecycleListener#stopped}. Secrets in user-supplied texts are replaced by {@code ***}.
 *
 * @param service the name of the service
 * @param reason why it shut down, such as {@code SIGTERM}
 * @param at when the shutdown began
 * @param took the time from then to the end
 * @param budget how its time was divided
 * @param states how long each state lasted, {@code STARTING} and {@code RUNNING} included
 * @param inFlightAtSignal the units of work in flight when the shutdown began
 * @param inFlightArrived the units that arrived after that, from clients and from the service itself
 * @param inFlightFinished the units of both that ended by themselves
 * @param inFlightGivenUp the units not waited for, as their thread waits for the end of the process ({@code
 *     System.exit})
 * @param lameDuck why the lame duck ended when it did
 * @param late the requests from clients among the units that arrived
 * @param inFlightCut the units that did not end in time
 * @param cut these units, 100 at most, in the order in which they were aborted: first those over the limit of their kind, the
 *     50 oldest at most, then the rest; of each the oldest first
 * @param components how the stop of each component and traffic source went, in the order in which they were stopped
 * @param problems other failures, as text
 * @param advice which numbers to change, as text
 * @param exitCode the exit code of the process, if the service owns it
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
     * @param reason why it came at that time
     * @param heldBy the peer that had not yet been silent for long enough when the whole lame duck was over
     */
    public record LameDuckEnd(
            LameDuckReason reason, @Nullable String heldBy) {}

    /** Why a lame duck ended. */
    public enum LameDuckReason {
        /** There was none. */
        NONE,
        /** All peers that sent traffic had been silent for long enough. */
        QUIET,
        /** Its whole time was over. */
        MAX,
        /** A second signal or {@link io.ebbtide.Ebbtide#close} ended it. */
        SKIPPED
    }

    /**
     * Requests that arrived after the signal; those of health checkers are not among them.
     *
     * @param count their number
     * @param refused how many of them came after the drain and were refused
     * @param latest the time from the signal to the latest; zero if there was none
     * @param newConnections how many were the first on their connection: their client had not noticed the shutdown
     * @param latestNewConnection the time from the signal to the latest of those
     * @param offsets their number by time since the signal, without the classes after the last one that is not empty
     * @param peers their senders, the five whose latest came last
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
     * @param upTo its upper bound, included; the lower one is that of the class before it; null for requests later than all
     *     bounds
     * @param count the number of requests in it
     */
    public record Offset(@Nullable Duration upTo, long count) {}

    /**
     * A sender of late requests.
     *
     * @param peer its address
     * @param count their number
     * @param latest the time from the signal to the latest
     */
    public record LatePeer(String peer, long count, Duration latest) {}

    /**
     * Work that did not end in time.
     *
     * @param kind its kind
     * @param description the text that its owner gave
     * @param age how long it had been in flight
     * @param thread the name of the thread that worked on it; null if none is known
     * @param stack the stack of that thread, top frame first
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

        /** @param frames the stacks of threads, this one's among them */
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
     * @param took how long it took, or had taken when it was abandoned
     * @param ending how it ended
     * @param detail the exception, or the stack when it was abandoned, or the summary; may be empty
     */
    public record Stop(String name, Duration took, Ending ending, String detail) {
        public Stop {
            detail = Redact.text(detail);
        }
    }

    /** How a stop ended. */
    public enum Ending {
        /** It stopped as expected. */
        STOPPED,
        /** It threw. */
        FAILED,
        /** It took too long and was abandoned. */
        OVERRAN
    }

    private static List<String> withoutSecrets(List<String> texts) {
        return texts.stream().map(Redact::text).toList();
    }

    /** Whether no work was aborted, nothing failed and nothing overran. */
    public boolean isClean() {
        return exitCode == ExitCode.CLEAN;
    }

    /** Returns the report as plain text, at most 4096 bytes of UTF-8; control characters in names are escaped. */
    public String text() {
        return ReportText.of(this, ReportText.MOST_BYTES);
    }

    /** Returns the report as one line of JSON; see {@code docs/reference/shutdown-report.schema.json}. */
    public String json() {
        return ReportJson.of(this);
    }
}
