package io.ebbtide.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.budget.GraceBudget;
import io.ebbtide.budget.GraceBudget.Shares;
import io.ebbtide.budget.LameDuckPolicy;
import io.ebbtide.budget.LameDuckRules;
import io.ebbtide.budget.Orchestrator;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.report.ShutdownReport.LameDuckReason;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testing.SilentSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AdviceTest {
    private static final String ADDITION = "30 s = preStop 0 ms + lameDuck 5 s + drain 16 s + stop 6 s + margin 3 s";

    @Test
    void requestsAfterAFixedLameDuck_askForALongerOne() {
        assertThat(after(LameDuckPolicy.FIXED, LameDuckReason.MAX, null, 5_000, 7_300))
                .containsExactly("the last new request came 7.3 s after the signal; lame duck ended at 5.0 s; raise"
                        + " EBBTIDE_LAME_DUCK to at least 9 s, and EBBTIDE_GRACE with the platform's grace if the"
                        + " sum requires it: " + ADDITION);
    }

    @Test
    void requestsUpToTheEnd_askForALongerOne_andNameWhoHeld() {
        assertThat(after(LameDuckPolicy.ADAPTIVE, LameDuckReason.MAX, "10.0.0.7", 5_000, 4_900))
                .containsExactly("the last new request came 4.9 s after the signal; lame duck ended at 5.0 s, although"
                        + " 10.0.0.7 had not measurably stopped sending; raise EBBTIDE_LAME_DUCK to at least 6 s, and"
                        + " EBBTIDE_GRACE with the platform's grace if the sum requires it: " + ADDITION);
    }

    @Test
    void requestsAfterSilence_askForALongerMinimumTime() {
        assertThat(after(LameDuckPolicy.ADAPTIVE, LameDuckReason.QUIET, null, 2_000, 3_500))
                .containsExactly("the last new request came 3.5 s after the signal; lame duck ended at 2.0 s because"
                        + " all peers had been silent; raise EBBTIDE_LAME_DUCK_MIN to at least 5 s, or set EBBTIDE_SENDERS"
                        + " to the number of proxies behind one address");
    }

    @Test
    void fixedLameDuckThatWasFarTooLong_isReported() {
        assertThat(after(LameDuckPolicy.FIXED, LameDuckReason.MAX, null, 15_000, 1_900))
                .containsExactly(
                        "the last new request came 1.9 s after the signal; lame duck ended at 15.0 s, because it is"
                                + " fixed; EBBTIDE_LAME_DUCK_POLICY=adaptive ends it earlier");
    }

    @Test
    void wholeTimeAlthoughNothingCame_namesTheNumberOfRouters_andWhenItWouldHaveEnded() {
        String advice =
                "; lame duck ended at 15.0 s, its maximum time, because several routers may be behind one address; if each"
                        + " address is one router, EBBTIDE_SENDERS=1 would have ended it at ";
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 1_900, true, 4_100L))
                .containsExactly("the last new request came 1.9 s after the signal" + advice + "4.1 s");
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 0, true, 2_000L))
                .containsExactly("no new request came after the signal" + advice + "2.0 s");
    }

    @Test
    void wholeTime_whereTheNumberOfRoutersIsSet_isNotAdvisedToChangeIt() {
        var rules = LameDuckRules.defaults().withSenders(16);

        assertThat(afterWholeTime(rules, 8_100, true, 10_000L)).isEmpty();
    }

    @Test
    void wholeTimeThatSilenceDidNotEnd_namesAShorterOne_ifARequestWasMeasured() {
        String advice =
                "the last new request came 1.9 s after the signal; lame duck ended at 15.0 s, its maximum time, because silence"
                        + " did not prove earlier that all peers had stopped; if no router needs longer to notice a removal,"
                        + " EBBTIDE_LAME_DUCK=3s would have ended it at 3.0 s";
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 1_900, true, null)).containsExactly(advice);
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 1_900, true, 12_500L))
                .as("at a time that saves too little")
                .containsExactly(advice);
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 8_100, true, null))
                .as("13 s of 15")
                .isEmpty();
        assertThat(afterWholeTime(LameDuckPolicy.ADAPTIVE, 0, true, null))
                .as("one request a minute")
                .isEmpty();
    }

    /** At the next start, a lame duck that is not longer than its minimum is itself a reason for advice. */
    @Test
    void shorterLameDuck_isLongerThanTheMinimum() {
        assertThat(afterWholeTime(LameDuckRules.defaults().withMinimum(Duration.ofSeconds(6)), 1_900, true, null))
                .singleElement(InstanceOfAssertFactories.STRING)
                .endsWith("EBBTIDE_LAME_DUCK=7s would have ended it at 7.0 s");
    }

    @Test
    void instanceThatNeverHadARequest_saysSo() {
        for (LameDuckPolicy policy : List.of(LameDuckPolicy.ADAPTIVE, LameDuckPolicy.FIXED)) {
            assertThat(afterWholeTime(policy, 0, false, null))
                    .containsExactly(
                            "no request came to this instance, except those of health checkers; lame duck ended at 15.0 s; if no"
                                    + " instance of this service receives requests, set EBBTIDE_LAME_DUCK_POLICY=none");
        }
    }

    @Test
    void fixedTimeWithoutRequestsAfterTheSignal_needsNoAdvice() {
        assertThat(afterWholeTime(LameDuckPolicy.FIXED, 0, true, 2_000L)).isEmpty();
    }

    @Test
    void lameDuckThatFits_needsNoAdvice() {
        assertThat(after(LameDuckPolicy.ADAPTIVE, LameDuckReason.QUIET, null, 4_000, 1_900))
                .isEmpty();
        assertThat(after(LameDuckPolicy.ADAPTIVE, LameDuckReason.MAX, null, 5_000, 1_000))
                .isEmpty();
        assertThat(after(LameDuckPolicy.ADAPTIVE, LameDuckReason.SKIPPED, null, 100, 1_000))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith(
                        "a second signal, or close(), ended the lame duck at 0.1 s; clients that had not noticed the removal may have"
                                + " found the port closed; send one signal only,");
    }

    @Test
    void noLameDuck_isAFaultOnlyWhereThereCouldHaveBeenOne() {
        var served = Shares.DERIVED.withLameDuck(Duration.ofSeconds(5));

        assertThat(withoutLameDuck(served, LameDuckPolicy.ADAPTIVE, new SilentSource()))
                .as("close(), or a person at a terminal")
                .isEmpty();
        assertThat(withoutLameDuck(served, LameDuckPolicy.ADAPTIVE))
                .as("no client sends anything")
                .isEmpty();
        assertThat(withoutLameDuck(served, LameDuckPolicy.NONE, new SilentSource()))
                .containsExactly("the last new request came 1.5 s after the signal; there was no lame duck, because"
                        + " EBBTIDE_LAME_DUCK_POLICY is none; set it to adaptive");
        assertThat(withoutLameDuck(
                        Shares.DERIVED.withLameDuck(Duration.ZERO), LameDuckPolicy.ADAPTIVE, new SilentSource()))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("the last new request came 1.5 s after the signal; there was no lame duck; raise"
                        + " EBBTIDE_LAME_DUCK to at least 2 s, and EBBTIDE_GRACE");
    }

    @Test
    void workThatWasCut_isReportedWithTheNumberThatCutIt() {
        var stream = new ShutdownReport.Cut(WorkKind.STREAM, "GET /events", Duration.ofSeconds(41), null, List.of());

        assertThat(afterCut(stream, Map.of())).contains("; raise EBBTIDE_DRAIN, and the grace");
        assertThat(afterCut(stream, Map.of(WorkKind.JOB, Duration.ofSeconds(1))))
                .contains("; raise EBBTIDE_DRAIN, and the grace");
        assertThat(afterCut(stream, Map.of(WorkKind.STREAM, Duration.ofSeconds(5))))
                .contains("; raise EBBTIDE_DRAIN_STREAM, and the grace");
        assertThat(afterCut(stream, Map.of(WorkKind.STREAM, Duration.ofSeconds(20))))
                .contains("; raise EBBTIDE_DRAIN and EBBTIDE_DRAIN_STREAM, and the grace");
    }

    @Test
    void workThatWasCut_andAStopThatOverran_nameTheirNumbers() {
        var cut = new ShutdownReport.Cut(WorkKind.JOB, "reindex", Duration.ofSeconds(41), null, List.of());
        var stop = new ShutdownReport.Stop("db", Duration.ofSeconds(6), ShutdownReport.Ending.OVERRAN, "");

        List<String> advice = Advice.after(
                plan(LameDuckPolicy.ADAPTIVE, Map.of()),
                facts(LameDuckReason.NONE, null, Duration.ZERO, late(Duration.ZERO, 0)),
                List.of(cut),
                List.of(stop));

        assertThat(advice)
                .containsExactly(
                        "'reindex' was aborted after 41.0 s, when the time for JOB work was over; raise EBBTIDE_DRAIN,"
                                + " and the grace if the sum requires it: " + ADDITION
                                + "; or let the work poll Ticket.remaining() and save its progress in time",
                        "'db' did not stop within 6.0 s; see its stack in the report, or raise EBBTIDE_STOP above 6.0 s");
    }

    @Test
    void graceTooShortForTheDrain_namesTheGraceThatIsEnough() {
        Plan plan = plan(LameDuckPolicy.NONE, Map.of(WorkKind.JOB, Duration.ofSeconds(40)));

        assertThat(Advice.before(plan, Shares.DERIVED.withLameDuck(Duration.ofSeconds(5)), Orchestrator.KUBERNETES))
                .containsExactly(
                        "drain 16.0 s is less than the 40.0 s that JOB work may take; raise EBBTIDE_GRACE, and with"
                                + " it terminationGracePeriodSeconds, from 30.0 s to at least 62 s");
        // the number is sufficient, and one less is not
        Shares wanted = Shares.DERIVED.withLameDuck(Duration.ofSeconds(5));
        assertThat(GraceBudget.of(Duration.ofSeconds(62), wanted, Duration.ofSeconds(15))
                        .drain())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(40));
        assertThat(GraceBudget.of(Duration.ofSeconds(61), wanted, Duration.ofSeconds(15))
                        .drain())
                .isLessThan(Duration.ofSeconds(40));
    }

    @Test
    void smallest_isFound_inStepsThatGrowWithTheLogarithm() {
        var asked = new AtomicInteger();
        for (long wanted : new long[] {30, 31, 86_400, 604_799, 604_800}) {
            asked.set(0);
            assertThat(Advice.smallest(30, 604_800, each -> {
                        asked.incrementAndGet();
                        return each >= wanted;
                    }))
                    .isEqualTo(wanted);
            assertThat(asked.get()).isLessThanOrEqualTo(21); // 2^20 > 604,800
        }
        assertThat(Advice.smallest(30, 604_800, each -> false)).isEqualTo(-1);
    }

    /** A longer grace must hold at least as much: otherwise bisection would find another number. */
    @Test
    void budget_ofALongerGrace_holdsAsMuch() {
        var random = new Random(7);
        for (int i = 0; i < 200; i++) {
            Shares shares = new Shares(some(random), some(random), null, some(random), null);
            Duration before = Duration.ZERO;
            for (int grace = 1; grace < 400; grace++) {
                try {
                    var budget = GraceBudget.of(Duration.ofSeconds(grace), shares, Duration.ofSeconds(15));
                    Duration held = budget.drain();
                    assertThat(held).as("grace %d s, %s", grace, shares).isGreaterThanOrEqualTo(before);
                    before = held;
                } catch (IllegalArgumentException e) {
                    assertThat(before).as("grace %d s, %s", grace, shares).isZero();
                }
            }
        }
    }

    private static Duration some(Random random) {
        return random.nextBoolean() ? null : Duration.ofSeconds(random.nextInt(60));
    }

    @Test
    void limitThatNoGraceHolds_isReportedAsSuch() {
        Plan plan = plan(LameDuckPolicy.NONE, Map.of(WorkKind.JOB, Duration.ofDays(300)));

        assertThat(Advice.before(plan, Shares.DERIVED, Orchestrator.KUBERNETES))
                .singleElement(InstanceOfAssertFactories.STRING)
                .endsWith("that JOB work may take; no grace up to 604800 s is enough; lower the limit");
    }

    @Test
    void lameDuckThatShrank_namesTheGraceThatIsEnough() {
        var budget = GraceBudget.of(Duration.ofSeconds(5), Shares.DERIVED, Duration.ofSeconds(15));
        var plan = new Plan(
                "orders",
                List.of(),
                List.of(new SilentSource()),
                Map.of(),
                List.of(),
                budget,
                LameDuckRules.defaults(),
                Map.of(),
                Map.of());

        List<String> warnings = Advice.before(plan, Shares.DERIVED, Orchestrator.NOMAD);

        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .startsWith("lame duck ")
                .contains(
                        "is less than the 15.0 s that balancers may need to notice a removal; raise EBBTIDE_GRACE, and"
                                + " with it kill_timeout, from 5.0 s to at least 30 s");
        assertThat(Advice.before(plan, Shares.DERIVED, Orchestrator.NONE)).isEmpty();
    }

    @Test
    void lameDuckForWhichNothingRemains_isReported() {
        Shares shares = Shares.DERIVED.withDrain(Duration.ofSeconds(27));
        Plan plan = plan(shares, LameDuckPolicy.ADAPTIVE, Map.of(), new SilentSource());
        assertThat(plan.lameDuck()).isZero();

        assertThat(Advice.before(plan, shares, Orchestrator.KUBERNETES))
                .containsExactly(
                        "lame duck 0.0 s is less than the 15.0 s that balancers may need to notice a removal;"
                                + " raise EBBTIDE_GRACE, and with it terminationGracePeriodSeconds, from 30.0 s to at least 58 s");
        assertThat(Advice.before(
                        plan(shares, LameDuckPolicy.NONE, Map.of(), new SilentSource()),
                        shares,
                        Orchestrator.KUBERNETES))
                .isEmpty();
    }

    private static List<String> withoutLameDuck(Shares shares, LameDuckPolicy policy, TrafficSource... sources) {
        return Advice.after(
                plan(shares, policy, Map.of(), sources),
                facts(LameDuckReason.NONE, null, Duration.ZERO, late(Duration.ofMillis(1_500), 1)),
                List.of(),
                List.of());
    }

    private static String afterCut(ShutdownReport.Cut cut, Map<WorkKind, Duration> limits) {
        List<String> advice = Advice.after(
                plan(LameDuckPolicy.ADAPTIVE, limits),
                facts(LameDuckReason.QUIET, null, Duration.ofSeconds(2), late(Duration.ZERO, 0)),
                List.of(cut),
                List.of());
        return advice.get(0);
    }

    private static List<String> after(
            LameDuckPolicy policy, LameDuckReason ended, @Nullable String heldBy, long lasted, long latest) {
        return Advice.after(
                plan(policy, Map.of()),
                facts(ended, heldBy, Duration.ofMillis(lasted), late(Duration.ofMillis(latest), 1)),
                List.of(),
                List.of());
    }

    private static Advice.LameDuckFacts facts(
            LameDuckReason reason, @Nullable String heldBy, Duration endedAt, ShutdownReport.Late late) {
        return new Advice.LameDuckFacts(
                new ShutdownReport.LameDuckEnd(reason, heldBy), endedAt, late, late.count() > 0, null);
    }

    private static List<String> afterWholeTime(
            LameDuckPolicy policy, long latest, boolean hasSeenAny, @Nullable Long endIfOneRouter) {
        return afterWholeTime(LameDuckRules.defaults().withPolicy(policy), latest, hasSeenAny, endIfOneRouter);
    }

    private static List<String> afterWholeTime(
            LameDuckRules rules, long latest, boolean hasSeenAny, @Nullable Long endIfOneRouter) {
        return Advice.after(
                plan(Shares.DERIVED.withLameDuck(Duration.ofSeconds(15)), rules, Map.of(), new SilentSource()),
                new Advice.LameDuckFacts(
                        new ShutdownReport.LameDuckEnd(LameDuckReason.MAX, hasSeenAny ? "10.0.0.7" : null),
                        Duration.ofSeconds(15),
                        late(Duration.ofMillis(latest), latest == 0 ? 0 : 1),
                        hasSeenAny,
                        endIfOneRouter == null ? null : Duration.ofMillis(endIfOneRouter)),
                List.of(),
                List.of());
    }

    private static ShutdownReport.Late late(Duration latest, long count) {
        return new ShutdownReport.Late(count, 0, latest, count, latest, List.of(), List.of());
    }

    private static Plan plan(LameDuckPolicy policy, Map<WorkKind, Duration> limits) {
        return plan(Shares.DERIVED.withLameDuck(Duration.ofSeconds(5)), policy, limits);
    }

    private static Plan plan(
            Shares shares, LameDuckPolicy policy, Map<WorkKind, Duration> limits, TrafficSource... sources) {
        return plan(shares, LameDuckRules.defaults().withPolicy(policy), limits, sources);
    }

    private static Plan plan(
            Shares shares, LameDuckRules rules, Map<WorkKind, Duration> limits, TrafficSource... sources) {
        return new Plan(
                "orders",
                List.of(),
                List.of(sources),
                Map.of(),
                List.of(),
                GraceBudget.of(Duration.ofSeconds(30), shares, Duration.ofSeconds(15)),
                rules,
                limits,
                Map.of());
    }
}
