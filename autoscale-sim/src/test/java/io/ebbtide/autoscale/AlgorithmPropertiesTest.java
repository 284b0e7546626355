package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.autoscale.PodGroup.Phase;
import io.ebbtide.autoscale.PodGroup.Ready;
import io.ebbtide.autoscale.PodGroup.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The worked examples of Kubernetes' page "Horizontal Pod Autoscaling", and what holds for any numbers. */
final class AlgorithmPropertiesTest {
    private static final long NOW = 1_000_000_000L;
    private static final long SEED = 20_261_129;
    private static final int ROUNDS = 2_000;
    private static final Tolerance USUAL = new Tolerance(0.1, 0.1);

    private static List<PodGroup> pods(int count, long milli) {
        return List.of(new PodGroup(
                count, Phase.RUNNING, false, Ready.TRUE, 0, 0, new Sample(milli, NOW, 15_000), PodGroup.NO_REQUEST));
    }

    private static int average(int replicas, long milli, long target, Tolerance tolerance) {
        return new ReplicaCalculator(tolerance, ControllerSettings.DEFAULT)
                .average(replicas, target, false, pods(replicas, milli), NOW)
                .replicas();
    }

    @Test
    void page_aValueOfTwiceTheTarget_doubles() {
        assertThat(average(3, 200, 100, USUAL)).isEqualTo(6);
    }

    @Test
    void page_aValueOfHalfTheTarget_halves() {
        assertThat(average(6, 50, 100, USUAL)).isEqualTo(3);
    }

    @Test
    void page_aRatioCloseToOne_changesNothing() {
        assertThat(average(10, 109, 100, USUAL)).isEqualTo(10);
        assertThat(average(10, 91, 100, USUAL)).isEqualTo(10);
    }

    @Test
    void page_toleranceOfFivePercentUp_scalesAbove105AndBelow90() {
        var tolerance = new Tolerance(0.1, 0.05);

        assertThat(average(100, 104, 100, tolerance)).isEqualTo(100);
        assertThat(average(100, 106, 100, tolerance)).isEqualTo(106);
        assertThat(average(100, 91, 100, tolerance)).isEqualTo(100);
        assertThat(average(100, 89, 100, tolerance)).isEqualTo(89);
    }

    @Test
    void page_severalMetrics_theLargestWins() {
        var loop = new AutoscalerLoop(1, 100, Behavior.DEFAULT, ControllerSettings.DEFAULT);

        Decision decision = loop.evaluate(4, List.of(Proposal.of(5, 0, 0), Proposal.of(7, 0, 0)), NOW);

        assertThat(decision.replicas()).isEqualTo(7);
    }

    @Test
    void page_oneMetricMissing_upButNotDown() {
        var missing = Proposal.failed("no metrics");

        assertThat(new AutoscalerLoop(1, 100, Behavior.DEFAULT, ControllerSettings.DEFAULT)
                        .evaluate(4, List.of(missing, Proposal.of(3, 0, 0)), NOW))
                .isEqualTo(new Decision(4, Decision.Kind.UNKNOWN));
        assertThat(new AutoscalerLoop(1, 100, Behavior.DEFAULT, ControllerSettings.DEFAULT)
                        .evaluate(4, List.of(missing, Proposal.of(6, 0, 0)), NOW))
                .isEqualTo(new Decision(6, Decision.Kind.METRICS));
    }

    /** "80 replicas ... 8 ... 72 ... rounded up to 8 ... below 40 ... 4 replicas will be reduced at a time". */
    @Test
    void page_fourPodsOrTenPercentAMinute_from80To10() {
        var down = new ScalingRules(
                0, SelectPolicy.MAX, List.of(ScalingPolicy.pods(4, 60), ScalingPolicy.percent(10, 60)), null);

        assertThat(steps(down, 80, 10)).containsExactly(80, 72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10);
    }

    @Test
    void page_tenPercentButAtMostFivePods_takesFive() {
        var down = new ScalingRules(
                0, SelectPolicy.MIN, List.of(ScalingPolicy.percent(10, 60), ScalingPolicy.pods(5, 60)), null);

        assertThat(steps(down, 80, 60)).containsExactly(80, 75, 70, 65, 60);
        assertThat(steps(down, 30, 20)).startsWith(30, 27, 24);
    }

    @Test
    void page_disabled_staysForEver() {
        var down = new ScalingRules(0, SelectPolicy.DISABLED, List.of(ScalingPolicy.percent(100, 15)), null);
        var loop = new AutoscalerLoop(1, 100, new Behavior(ScalingRules.UP, down), ControllerSettings.DEFAULT);

        for (int i = 0; i < 100; i++) {
            assertThat(loop.evaluate(50, List.of(Proposal.of(1, 0, 0)), NOW + i * 15_000L)
                            .replicas())
                    .isEqualTo(50);
        }
    }

    @Test
    void page_zeroReplicas_switchTheAutoscalerOff() {
        var loop = new AutoscalerLoop(1, 100, Behavior.DEFAULT, ControllerSettings.DEFAULT);

        assertThat(loop.evaluate(0, List.of(Proposal.of(9, 0, 0)), NOW))
                .isEqualTo(new Decision(0, Decision.Kind.SWITCHED_OFF));
    }

    @Test
    void unreadyPods_dampenTheWayUpAlone() {
        var pods = List.of(
                new PodGroup(1, Phase.RUNNING, false, Ready.TRUE, 0, 0, new Sample(480, NOW, 15_000), 1_000),
                new PodGroup(2, Phase.PENDING, false, Ready.FALSE, PodGroup.NEVER, 0, null, 1_000));
        var calculator = new ReplicaCalculator(USUAL, ControllerSettings.DEFAULT);

        assertThat(calculator.utilization(3, 50, true, pods, NOW).replicas())
                .as("48 % of 50 % is within the tolerance; with the two it would be 16 %")
                .isEqualTo(3);
        assertThat(calculator.utilization(3, 10, true, pods, NOW).replicas())
                .as("480 % of the target, with the two 160 %")
                .isEqualTo(5);
    }

    @Test
    void recommendation_countsUntilItIsExactlyAsOldAsTheWindow() {
        var old = new Recommendations();
        old.add(9, NOW - 300_000);
        var young = new Recommendations();
        young.add(9, NOW - 299_999);

        assertThat(old.stabilized(10, 2, 0, 300, NOW)).isEqualTo(2);
        assertThat(young.stabilized(10, 2, 0, 300, NOW)).isEqualTo(9);
    }

    /** The replicas after each minute in which something changed. */
    private static List<Integer> steps(ScalingRules down, int from, int to) {
        var loop = new AutoscalerLoop(1, 1000, new Behavior(ScalingRules.UP, down), ControllerSettings.DEFAULT);
        var steps = new ArrayList<Integer>(List.of(from));
        int replicas = from;
        for (int i = 0; i < 10_000 && replicas > to; i++) {
            replicas = loop.evaluate(replicas, List.of(Proposal.of(to, 0, 0)), NOW + i * 15_000L)
                    .replicas();
            if (replicas != steps.get(steps.size() - 1)) {
                steps.add(replicas);
            }
        }
        return steps;
    }

    @Test
    void anyProposals_staysWithinMinAndMax_unlessSwitchedOff() {
        var random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            int min = random.nextInt(20);
            int max = min + 1 + random.nextInt(50);
            var loop = new AutoscalerLoop(min, max, behavior(random), ControllerSettings.DEFAULT);
            int replicas = random.nextInt(100);
            for (int i = 0; i < 40; i++) {
                int before = replicas;
                replicas = loop.evaluate(before, List.of(Proposal.of(random.nextInt(200), 0, 0)), NOW + i * 15_000L)
                        .replicas();
                if (before == 0 && min != 0) {
                    assertThat(replicas).as("seed %d, round %d", SEED, round).isZero();
                } else {
                    assertThat(replicas).as("seed %d, round %d", SEED, round).isBetween(min, max);
                }
            }
        }
    }

    private static Behavior behavior(Random random) {
        return random.nextInt(4) == 0
                ? null
                : new Behavior(rules(random, random.nextInt(600)), rules(random, random.nextInt(600)));
    }

    private static ScalingRules rules(Random random, int window) {
        var policies = new ArrayList<ScalingPolicy>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            int period = 15 * (1 + random.nextInt(20));
            policies.add(
                    random.nextBoolean()
                            ? ScalingPolicy.pods(1 + random.nextInt(9), period)
                            : ScalingPolicy.percent(1 + random.nextInt(100), period));
        }
        return new ScalingRules(window, random.nextBoolean() ? SelectPolicy.MAX : SelectPolicy.MIN, policies, null);
    }

    /** Whatever is asked for: within each period of the only policy, no more than it allows is taken away. */
    @Test
    void anyProposals_downNeverFasterThanThePolicy() {
        var random = new Random(SEED);
        int taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            ScalingPolicy policy = random.nextBoolean()
                    ? ScalingPolicy.pods(1 + random.nextInt(9), 15 * (1 + random.nextInt(8)))
                    : ScalingPolicy.percent(1 + random.nextInt(100), 15 * (1 + random.nextInt(8)));
            var down = new ScalingRules(0, SelectPolicy.MAX, List.of(policy), null);
            var loop = new AutoscalerLoop(1, 500, new Behavior(ScalingRules.UP, down), ControllerSettings.DEFAULT);
            var history = new TreeMap<Long, Integer>();
            int replicas = 1 + random.nextInt(300);
            history.put(Long.MIN_VALUE, replicas);
            for (int i = 0; i < 60; i++) {
                long now = NOW + i * 15_000L;
                int before = replicas;
                replicas = loop.evaluate(before, List.of(Proposal.of(1 + random.nextInt(400), 0, 0)), now)
                        .replicas();
                history.put(now, replicas);
                if (replicas < before) {
                    taken++;
                    int atBeginning = history.floorEntry(now - policy.periodSeconds() * 1000L)
                            .getValue();
                    int least = policy.kind() == ScalingPolicy.Kind.PODS
                            ? atBeginning - policy.value()
                            : (int) (atBeginning * (1 - policy.value() / 100.0));
                    assertThat(replicas)
                            .as("seed %d, round %d, %s", SEED, round, policy.text())
                            .isGreaterThanOrEqualTo(least);
                }
            }
        }
        assertThat(taken).as("evaluations that scaled down").isGreaterThan(ROUNDS);
    }

    @Test
    void loweredMaximum_isReachedAtOnce_whateverThePolicies() {
        var down = new ScalingRules(300, SelectPolicy.MAX, List.of(ScalingPolicy.pods(1, 60)), null);
        var loop = new AutoscalerLoop(1, 10, new Behavior(ScalingRules.UP, down), ControllerSettings.DEFAULT);

        assertThat(loop.evaluate(50, List.of(Proposal.of(50, 0, 0)), NOW).replicas())
                .isEqualTo(10);
    }

    /** From one state with a measurement of each pod that runs: a higher target never asks for more. */
    @Test
    void oneEvaluation_isMonotoneInTheTarget() {
        var random = new Random(SEED);
        var calculator = new ReplicaCalculator(USUAL, ControllerSettings.DEFAULT);
        for (int round = 0; round < ROUNDS; round++) {
            var pods = new ArrayList<PodGroup>();
            int current = 0;
            for (int i = 0; i <= random.nextInt(4); i++) {
                int count = 1 + random.nextInt(20);
                boolean ready = i == 0 || random.nextBoolean();
                current += count;
                pods.add(new PodGroup(
                        count,
                        Phase.RUNNING,
                        false,
                        ready ? Ready.TRUE : Ready.FALSE,
                        0,
                        0,
                        new Sample(random.nextInt(3_000), NOW, 15_000),
                        1_000));
            }
            int last = Integer.MAX_VALUE;
            int lastAverage = Integer.MAX_VALUE;
            for (int target = 1; target <= 300; target++) {
                int replicas =
                        calculator.utilization(current, target, true, pods, NOW).replicas();
                int ofAverage = calculator
                        .average(current, target * 10L, true, pods, NOW)
                        .replicas();
                assertThat(replicas)
                        .as("seed %d, round %d, target %d, %s", SEED, round, target, pods)
                        .isLessThanOrEqualTo(last);
                assertThat(ofAverage)
                        .as("seed %d, round %d, target %d, %s", SEED, round, target, pods)
                        .isLessThanOrEqualTo(lastAverage);
                last = replicas;
                lastAverage = ofAverage;
            }
        }
    }
}
