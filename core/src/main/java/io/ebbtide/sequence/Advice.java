package io.ebbtide.sequence;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Durations;
import io.ebbtide.report.ShutdownReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Advice for the operator, as text: which number to change, derived from a budget or a shutdown. */
final class Advice {
    /** A request after this share of the lame duck indicates that more would have arrived after its end. */
    private static final double CLOSE_TO_THE_END = 0.8;

    /** The advised number is a fifth larger than the observed one. */
    private static final double MORE = 1.2;

    /** The advised number, if it is less than the present one: far enough from the observed one that the next is not close to its end. */
    private static final double SHORTER_THAN_MAX = 1.5;

    /** A request that was on its way when the lame duck ended. */
    private static final Duration ON_ITS_WAY = Duration.ofMillis(100);

    private static final Duration WORTH_SAVING = Duration.ofSeconds(3);
    private static final long MAX_TO_ADVISE = Duration.ofDays(7).toSeconds();

    private final List<String> advice = new ArrayList<>();
    private final Plan plan;

    private Advice(Plan plan) {
        this.plan = plan;
    }

    /**
     * The lame duck of a shutdown. All times are since the signal.
     *
     * @param endedAt zero if there was none
     * @param hasSeenAny whether any request has ever come
     * @param endIfOneRouter when it would have ended with one router behind each address; null if that is unknown, or if it ended before
     *     its maximum time
     */
    record LameDuckFacts(
            ShutdownReport.LameDuckEnd end,
            Duration endedAt,
            ShutdownReport.Late late,
            boolean hasSeenAny,
            @Nullable Duration endIfOneRouter) {}

    /** Returns the advice after a shutdown. */
    static List<String> after(
            Plan plan, LameDuckFacts lameDuck, List<ShutdownReport.Cut> cut, List<ShutdownReport.Stop> stops) {
        var advice = new Advice(plan);
        advice.lameDuck(lameDuck);
        advice.drain(cut);
        advice.stop(stops);
        Duration margin = plan.budget().margin();
        if (margin.compareTo(Deadlines.MIN_MARGIN) < 0) {
            advice.advice.add(
                    "margin %s is less than the %s that the watchdog needs to halt the process before the grace is over; raise EBBTIDE_MARGIN"
                            .formatted(exact(margin), exact(Deadlines.MIN_MARGIN)));
        }
        return List.copyOf(advice.advice);
    }

    private void lameDuck(LameDuckFacts facts) {
        ShutdownReport.LameDuckEnd end = facts.end();
        Duration endedAt = facts.endedAt();
        ShutdownReport.Late late = facts.late();
        if (end.reason() == ShutdownReport.LameDuckReason.SKIPPED) {
            advice.add(
                    ("a second signal, or close(), ended the lame duck at %s; clients that had not noticed the removal may have found the"
                                    + " port closed; send one signal only, or the second one later than %s after the first")
                            .formatted(exact(endedAt), exact(plan.lameDuck())));
            return;
        }
        if (plan.hasSenders() && !facts.hasSeenAny() && endedAt.compareTo(WORTH_SAVING) > 0) {
            advice.add(
                    ("no request came to this instance, except those of health checkers; lame duck ended at %s; if no instance of this"
                                    + " service receives requests, set EBBTIDE_LAME_DUCK_POLICY=none")
                            .formatted(exact(endedAt)));
            return;
        }
        if (late.count() == 0) {
            wholeTime(facts, "no new request came after the signal");
            return;
        }
        if (end.reason() == ShutdownReport.LameDuckReason.NONE && !isMissing()) {
            return;
        }
        boolean after = late.latest().compareTo(endedAt.plus(ON_ITS_WAY)) > 0;
        boolean close = seconds(late.latest()) > CLOSE_TO_THE_END * seconds(endedAt);
        String last = "the last new request came %s after the signal".formatted(exact(late.latest()));
        String ended = endedAt.isZero() ? "there was no lame duck" : "lame duck ended at " + exact(endedAt);
        long enough = (long) Math.ceil(MORE * seconds(Durations.max(late.latest(), endedAt)));
        if (end.reason() == ShutdownReport.LameDuckReason.QUIET) {
            if (after) {
                advice.add(
                        "%s; %s because all peers had been silent; raise EBBTIDE_LAME_DUCK_MIN to at least %d s, or set"
                                        .formatted(last, ended, enough)
                                + " EBBTIDE_SENDERS to the number of proxies behind one address");
            }
        } else if (plan.lameDuckRules().policy() == LameDuckPolicy.NONE) {
            if (after) {
                advice.add(
                        "%s; %s, because EBBTIDE_LAME_DUCK_POLICY is none; set it to adaptive".formatted(last, ended));
            }
        } else if (after || (close && !endedAt.isZero())) {
            String held =
                    end.heldBy() == null ? "" : ", although " + end.heldBy() + " had not measurably stopped sending";
            advice.add(
                    "%s; %s%s; raise EBBTIDE_LAME_DUCK to at least %d s, and EBBTIDE_GRACE with the platform's grace if the sum requires it: %s"
                            .formatted(last, ended, held, enough, plan.budget().addition()));
        } else if (plan.lameDuckRules().policy() == LameDuckPolicy.FIXED
                && endedAt.minus(late.latest()).compareTo(WORTH_SAVING) > 0) {
            advice.add("%s; %s, because it is fixed; EBBTIDE_LAME_DUCK_POLICY=adaptive ends it earlier"
                    .formatted(last, ended));
        } else {
            wholeTime(facts, last);
        }
    }

    /** Advice after an adaptive lame duck that lasted its maximum time, long after the last request. */
    private void wholeTime(LameDuckFacts facts, String last) {
        LameDuckRules rules = plan.lameDuckRules();
        if (facts.end().reason() != ShutdownReport.LameDuckReason.MAX || rules.policy() != LameDuckPolicy.ADAPTIVE) {
            return;
        }
        Duration worthwhile = facts.endedAt().minus(WORTH_SAVING);
        Duration ifOneRouter = facts.endIfOneRouter();
        boolean isSenderCountDerived = rules.senders() == 0;
        long shorter = (long)
                Math.ceil(Math.max(SHORTER_THAN_MAX * seconds(facts.late().latest()), seconds(rules.minimum()) + 1));
        if (isSenderCountDerived && ifOneRouter != null && ifOneRouter.compareTo(worthwhile) < 0) {
            advice.add(
                    "%s; lame duck ended at %s, its maximum time, because several routers may be behind one address; if each address is"
                                    .formatted(last, exact(facts.endedAt()))
                            + " one router, EBBTIDE_SENDERS=1 would have ended it at " + exact(ifOneRouter));
        } else if (facts.late().count() > 0 && shorter < seconds(worthwhile)) {
            advice.add(
                    "%s; lame duck ended at %s, its maximum time, because silence did not prove earlier that all peers had stopped; if no"
                                    .formatted(last, exact(facts.endedAt()))
                            + " router needs longer to notice a removal, EBBTIDE_LAME_DUCK=%ds would have ended it at %s"
                                    .formatted(shorter, exact(Duration.ofSeconds(shorter))));
        }
    }

    /** Whether the plan has no lame duck although external clients may need one; false if only this shutdown skipped it. */
    private boolean isMissing() {
        return plan.hasSenders() && plan.lameDuck().isZero();
    }

    private void drain(List<ShutdownReport.Cut> cut) {
        if (!cut.isEmpty()) {
            ShutdownReport.Cut oldest = cut.get(0);
            advice.add(("'%s' was aborted after %s, when the time for %s work was over; raise %s, and the grace if the"
                            + " sum requires it: %s; or let the work poll Ticket.remaining() and save its progress in time")
                    .formatted(
                            oldest.description(),
                            exact(oldest.age()),
                            oldest.kind(),
                            whatCut(oldest.kind()),
                            plan.budget().addition()));
        }
    }

    /** A limit shorter than the drain aborted work before its end; a longer one may have, if there was spare time. */
    private String whatCut(WorkKind kind) {
        Duration limit = plan.drainLimits().get(kind);
        if (limit == null) {
            return "EBBTIDE_DRAIN";
        }
        boolean shorter = limit.compareTo(plan.budget().drain()) <= 0;
        return (shorter ? "" : "EBBTIDE_DRAIN and ") + "EBBTIDE_DRAIN_" + kind;
    }

    private void stop(List<ShutdownReport.Stop> stops) {
        for (ShutdownReport.Stop stop : stops) {
            if (stop.ending() == ShutdownReport.Ending.OVERRAN) {
                advice.add("'%s' did not stop within %s; see its stack in the report, or raise EBBTIDE_STOP above %s"
                        .formatted(
                                stop.name(),
                                exact(stop.took()),
                                exact(plan.budget().stop())));
            }
        }
    }

    /**
     * Returns what does not fit into a budget, before any shutdown.
     *
     * @param shares those that were explicitly set: a lame duck among them is not reported as too short
     * @param orchestrator the detected one
     */
    static List<String> before(Plan plan, GraceBudget.Shares shares, Orchestrator orchestrator) {
        var advice = new Advice(plan);
        for (Map.Entry<WorkKind, Duration> limit : plan.drainLimits().entrySet()) {
            advice.drainLimit(limit.getKey(), limit.getValue(), shares, orchestrator);
        }
        LameDuckRules rules = plan.lameDuckRules();
        boolean serves =
                plan.hasSenders() && rules.policy() != LameDuckPolicy.NONE && orchestrator != Orchestrator.NONE;
        Duration max = orchestrator.maxLameDuck();
        if (serves && shares.lameDuck() == null && plan.lameDuck().compareTo(max) < 0) {
            String remedy = advice.raiseGrace(
                    shares, orchestrator, budget -> budget.lameDuck().compareTo(max) >= 0);
            advice.advice.add("lame duck %s is less than the %s that balancers may need to notice a removal; %s"
                    .formatted(exact(plan.lameDuck()), exact(max), remedy));
        }
        boolean some = serves && !plan.lameDuck().isZero();
        if (some && rules.policy() == LameDuckPolicy.ADAPTIVE && rules.minimum().compareTo(plan.lameDuck()) >= 0) {
            advice.advice.add(
                    "lame duck %s can never end early, because EBBTIDE_LAME_DUCK_MIN is %s; lower EBBTIDE_LAME_DUCK_MIN"
                            .formatted(exact(plan.lameDuck()), exact(rules.minimum())));
        }
        return List.copyOf(advice.advice);
    }

    private void drainLimit(WorkKind kind, Duration limit, GraceBudget.Shares shares, Orchestrator orchestrator) {
        Duration drain = plan.budget().drain();
        if (limit.compareTo(drain) > 0) {
            boolean set = shares.drain() != null;
            String setToo = set ? "raise EBBTIDE_DRAIN to %s, and ".formatted(exact(limit)) : "";
            String remedy = raiseGrace(
                    set ? shares.withDrain(limit) : shares,
                    orchestrator,
                    budget -> budget.drain().compareTo(limit) >= 0);
            advice.add("drain %s is less than the %s that %s work may take; %s%s"
                    .formatted(exact(drain), exact(limit), kind, setToo, remedy));
        }
    }

    /** Advises the smallest grace in whole seconds that is enough for these shares. */
    private String raiseGrace(GraceBudget.Shares shares, Orchestrator orchestrator, Predicate<GraceBudget> enough) {
        Duration now = plan.budget().grace();
        long seconds = smallest(
                now.toSeconds(),
                MAX_TO_ADVISE,
                each -> isEnough(Duration.ofSeconds(each), shares, orchestrator, enough));
        if (seconds < 0) {
            return "no grace up to %d s is enough; lower the limit".formatted(MAX_TO_ADVISE);
        }
        return seconds == now.toSeconds()
                ? "the grace of %s has room for it".formatted(exact(now))
                : "raise EBBTIDE_GRACE, and with it %s, from %s to at least %d s"
                        .formatted(orchestrator.graceSetting(), exact(now), seconds);
    }

    /**
     * Returns the smallest number that is enough, by bisection.
     *
     * @param enough false up to some number, and true from there on
     * @return -1 if none up to {@code max} is
     */
    static long smallest(long min, long max, LongPredicate enough) {
        if (!enough.test(max)) {
            return -1;
        }
        long low = min;
        long high = max;
        while (low < high) {
            long middle = low + (high - low) / 2;
            if (enough.test(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static boolean isEnough(
            Duration grace, GraceBudget.Shares shares, Orchestrator orchestrator, Predicate<GraceBudget> enough) {
        try {
            return enough.test(GraceBudget.of(grace, shares, orchestrator.maxLameDuck()));
        } catch (IllegalArgumentException e) { // the sum exceeds the grace
            return false;
        }
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String exact(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", seconds(duration));
    }
}
