package io.ebbtide.report;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import io.ebbtide.lifecycle.LifecycleState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happened during the shutdown of a service.
 *
 * <p>Every shutdown ends with one report, logged as one line of JSON ({@link #json()}). It is <em>clean</em> if all
 * work finished and all components stopped in time. Else it names the work that was aborted, the components that
 * failed, and as advice the number to change. Units of work add up: {@code inFlightAtSignal + inFlightArrived =
 * inFlightFinished + inFlightGivenUp + inFlightCut}.
 *
 * <pre>{@code
 * service.shutdown("test is over");
 * ShutdownReport report = service.awaitStopped(Duration.ofSeconds(10));
 * if (!report.isClean()) {
 *     throw new IllegalStateException(report.text() + report.advice());
 * }
 * }</pre>
 *
 * <p>Obtained from {@link LifecycleListener#stopped} and {@code Ebbtide.awaitStopped}. Immutable. Secrets in
 * user-supplied texts are replaced by {@code ***}.
 *
 * @param service the name of the service
 * @param cause why and when the shutdown began
 * @param took the time from then to the end
 * @param budget how its time was divided
 * @param states how long each state lasted, {@code STARTING} and {@code RUNNING} included
 * @param units how much work was in flight, and how it ended
 * @param lameDuck why the lame duck ended when it did
 * @param late the requests from clients among the units that arrived
 * @param cut the units that did not end in time, at most 100: first those over the limit of their kind, then those in
 *     flight at the end of the drain; each group the oldest first. Those over a limit are added one kind
 *     after another, of which each fills at most half of the places still free
 * @param components how the stop of each component and traffic source went, in the order in which they were stopped
 * @param notes other failures, and advice
 * @param exitCode the exit code of the process, if the service owns it
 */
public record ShutdownReport(
        String service,
        Cause cause,
        Duration took,
        GraceBudget budget,
        Map<LifecycleState, Duration> states,
        Units units,
        LameDuckEnd lameDuck,
        Late late,
        List<Cut> cut,
        List<Stop> components,
        Notes notes,
        ExitCode exitCode) {
    /** The part of a container's termination message that Kubernetes keeps, in bytes. */
    public static final int MAX_TEXT_BYTES = 4_096;

    public ShutdownReport {
        Expect.present(cause, "cause");
        Expect.present(units, "units");
        Expect.present(notes, "notes");
        states = Expect.map(states, "states");
        cut = Expect.list(cut, "cut");
        components = Expect.list(components, "components");
    }

    /**
     * The beginning of a shutdown.
     *
     * @param reason why, such as {@code SIGTERM}
     * @param at when
     */
    public record Cause(String reason, Instant at) {
        public Cause {
            reason = Redact.text(reason);
        }
    }

    /**
     * The units of work of a shutdown: {@code atSignal + arrived = finished + givenUp + cut}.
     *
     * @param atSignal those in flight when the shutdown began
     * @param arrived those that arrived after that, from clients and from the service itself
     * @param finished those of both that ended by themselves
     * @param givenUp those not waited for, as their thread waits for the end of the process ({@code System.exit})
     * @param cut those that did not end in time
     */
    public record Units(long atSignal, long arrived, long finished, long givenUp, int cut) {}

    /**
     * What else there is to know.
     *
     * @param problems other failures, as text
     * @param advice which numbers to change, as text
     */
    public record Notes(List<String> problems, List<String> advice) {
        public Notes {
            problems = withoutSecrets(Expect.list(problems, "problems"));
            advice = withoutSecrets(Expect.list(advice, "advice"));
        }
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
     * @param offsets a histogram of their time since the signal, without empty buckets at its end
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
     * A bucket of the histogram of late requests.
     *
     * @param upTo its upper bound, included; the lower one is that of the bucket before it; null for requests later than all
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

    /** Returns why the service shut down, such as {@code SIGTERM}. */
    public String reason() {
        return cause.reason();
    }

    /** Returns when the shutdown began. */
    public Instant at() {
        return cause.at();
    }

    /** Returns how many units of work were in flight when the shutdown began. */
    public long inFlightAtSignal() {
        return units.atSignal();
    }

    /** Returns how many units arrived after that, from clients and from the service itself. */
    public long inFlightArrived() {
        return units.arrived();
    }

    /** Returns how many units of both ended by themselves. */
    public long inFlightFinished() {
        return units.finished();
    }

    /** Returns how many units were not waited for, as their thread waits for the end of the process. */
    public long inFlightGivenUp() {
        return units.givenUp();
    }

    /** Returns how many units did not end in time. */
    public int inFlightCut() {
        return units.cut();
    }

    /** Returns other failures, as text. */
    public List<String> problems() {
        return notes.problems();
    }

    /** Returns which numbers to change, as text. */
    public List<String> advice() {
        return notes.advice();
    }

    /** Whether no work was aborted, nothing failed and nothing overran. */
    public boolean isClean() {
        return exitCode == ExitCode.CLEAN;
    }

    /** Returns the report as plain text, at most 4096 bytes of UTF-8; control characters in names are escaped. */
    public String text() {
        return text(MAX_TEXT_BYTES);
    }

    /**
     * Returns the report as plain text, the most important lines first; control characters in names are escaped.
     *
     * @param maxBytes the maximum length in UTF-8, {@code >= 0}
     */
    public String text(int maxBytes) {
        return ReportText.of(this, Expect.atLeast(0, maxBytes, "maxBytes"));
    }

    /** Returns the report as one line of JSON; see {@code docs/reference/shutdown-report.schema.json}. */
    public String json() {
        return ReportJson.of(this);
    }
}
