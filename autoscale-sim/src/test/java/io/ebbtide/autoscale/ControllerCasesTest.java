package io.ebbtide.autoscale;

import static io.ebbtide.autoscale.ScalingPolicy.pods;
import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.autoscale.PodGroup.Phase;
import io.ebbtide.autoscale.PodGroup.Ready;
import io.ebbtide.autoscale.PodGroup.Sample;
import io.ebbtide.autoscale.RateLimits.Limited;
import io.ebbtide.autoscale.RateLimits.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/**
 * The published unit-test cases of Kubernetes' controller, as numbers: pkg/controller/podautoscaler/replica_calculator_test.go and
 * horizontal_test.go, branch of 1.34 or later, by their names there. The list is printed.
 */
final class ControllerCasesTest {
    private static final long NOW = 1_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final ControllerSettings SETTINGS = new ControllerSettings(
            Duration.ofSeconds(15), Duration.ofMinutes(2), Duration.ofSeconds(10), Duration.ofMinutes(5), 0.1);
    private static final Tolerance USUAL = new Tolerance(0.1, 0.1);
    private static final List<String> PASSED = new ArrayList<>();

    @AfterAll
    static void list() {
        System.out.printf("%d of the controller's cases hold exactly:%n", PASSED.size());
        new TreeSet<>(PASSED).forEach(each -> System.out.println("  " + each));
    }

    private static DynamicTest named(String name, Executable test) {
        return DynamicTest.dynamicTest(name, () -> {
            test.execute();
            PASSED.add(name);
        });
    }

    /** The pods of one case; a letter for each pod. */
    private static final class Pods {
        private final int count;
        private final long[] levels;
        private long[] requests = {};
        private String ready = "";
        private String started = "";
        private String phases = "";
        private String deleted = "";

        Pods(int count, long... levels) {
            this.count = count;
            this.levels = levels;
        }

        static Pods of(int count, long request, long... levels) {
            return new Pods(count, levels)
                    .requests(LongStream.generate(() -> request).limit(count).toArray());
        }

        Pods requests(long... each) {
            requests = each;
            return this;
        }

        /** T or F. */
        Pods ready(String each) {
            ready = each;
            return this;
        }

        /** H for a pod that has just started (hot), C for one of three minutes ago. */
        Pods started(String each) {
            started = each;
            return this;
        }

        /** R, P or F. */
        Pods phases(String each) {
            phases = each;
            return this;
        }

        /** D for a pod with a deletion timestamp. */
        Pods deleted(String each) {
            deleted = each;
            return this;
        }

        List<PodGroup> groups() {
            var groups = new ArrayList<PodGroup>();
            for (int i = 0; i < Math.max(count, levels.length); i++) {
                groups.add(new PodGroup(
                        1,
                        i >= count ? Phase.NOT_SELECTED : phase(letter(phases, i, 'R')),
                        letter(deleted, i, '-') == 'D',
                        letter(ready, i, 'T') == 'T' ? Ready.TRUE : Ready.FALSE,
                        switch (letter(started, i, '-')) {
                            case 'H' -> NOW;
                            case 'C' -> NOW - 3 * MINUTE;
                            default -> 0;
                        },
                        0,
                        i < levels.length ? new Sample(levels[i], 0, MINUTE) : null,
                        i < requests.length ? requests[i] : PodGroup.NO_REQUEST));
            }
            return groups;
        }

        private static Phase phase(char letter) {
            return switch (letter) {
                case 'P' -> Phase.PENDING;
                case 'F' -> Phase.FAILED;
                default -> Phase.RUNNING;
            };
        }

        private static char letter(String letters, int index, char usual) {
            return index < letters.length() ? letters.charAt(index) : usual;
        }
    }

    private static ReplicaCalculator calculator(Tolerance tolerance) {
        return new ReplicaCalculator(tolerance, SETTINGS);
    }

    private static DynamicTest cpu(
            String name, int current, Pods pods, int target, int replicas, long utilization, long raw) {
        return cpu(name, USUAL, current, pods, target, replicas, utilization, raw);
    }

    private static DynamicTest cpu(
            String name,
            Tolerance tolerance,
            int current,
            Pods pods,
            int target,
            int replicas,
            long utilization,
            long raw) {
        return named(
                name,
                () -> assertThat(calculator(tolerance).utilization(current, target, true, pods.groups(), NOW))
                        .isEqualTo(Proposal.of(replicas, utilization, raw)));
    }

    private static DynamicTest cpuFails(String name, int current, Pods pods, int target, String problem) {
        return named(
                name,
                () -> assertThat(calculator(USUAL).utilization(current, target, true, pods.groups(), NOW))
                        .isEqualTo(Proposal.failed(problem)));
    }

    private static DynamicTest custom(
            String name, Tolerance tolerance, int current, Pods pods, long target, int replicas, long usage) {
        return named(
                name,
                () -> assertThat(calculator(tolerance).average(current, target, false, pods.groups(), NOW))
                        .isEqualTo(Proposal.of(replicas, usage, usage)));
    }

    private static DynamicTest whole(
            String name, Tolerance tolerance, int current, Pods pods, long total, long target, int replicas) {
        return named(
                name,
                () -> assertThat(calculator(tolerance)
                                .value(current, ReplicaCalculator.sum(List.of(total)), target, pods.groups()))
                        .isEqualTo(Proposal.of(replicas, total, total)));
    }

    private static DynamicTest share(
            String name, Tolerance tolerance, int current, long total, long target, int replicas, long usage) {
        return named(
                name,
                () -> assertThat(calculator(tolerance).shareOf(current, ReplicaCalculator.sum(List.of(total)), target))
                        .isEqualTo(Proposal.of(replicas, usage, usage)));
    }

    /** Two containers of one core each; a container's own metric is half of that. */
    @TestFactory
    Stream<DynamicTest> resourceScale() {
        String at = "TestReplicaCalcResourceScale/";
        long[] up = {600, 1000, 1400};
        long[] down = {200, 600, 1000, 500, 500};
        return Stream.of(
                cpu(at + "scale up", 3, Pods.of(3, 2000, up), 30, 5, 50, 1000),
                cpu(at + "scale up: container metric", 3, Pods.of(3, 1000, 300, 500, 700), 30, 5, 50, 500),
                cpu(
                        at + "scale up: unready pod scales less",
                        3,
                        Pods.of(3, 2000, up).ready("FTT"),
                        30,
                        4,
                        60,
                        1200),
                cpu(
                        at + "scale up: hot-CPU container scales less",
                        3,
                        Pods.of(3, 1000, 300, 500, 700).started("HCC"),
                        30,
                        4,
                        60,
                        600),
                cpu(
                        at + "scale up: hot-CPU pod scales less",
                        3,
                        Pods.of(3, 2000, up).started("HCC"),
                        30,
                        4,
                        60,
                        1200),
                cpu(
                        at + "no scale: unready pods ignored",
                        3,
                        Pods.of(3, 2000, 800, 1000, 1400).ready("TFF"),
                        30,
                        3,
                        40,
                        800),
                cpu(
                        at + "no scale: hot-CPU pods ignored",
                        3,
                        Pods.of(3, 2000, 800, 1000, 1400).ready("TFF").started("CHH"),
                        30,
                        3,
                        40,
                        800),
                cpu(
                        at + "scale up: failed pods ignored",
                        2,
                        Pods.of(4, 2000, 1000, 1400).ready("TTFF").phases("RRFF"),
                        30,
                        4,
                        60,
                        1200),
                cpu(
                        at + "scale up: failed pods ignored with missing container metric",
                        2,
                        Pods.of(4, 1000, 500, 700).ready("TTFF").phases("RRFF"),
                        30,
                        4,
                        60,
                        600),
                cpu(
                        at + "scale up: pods being deleted are ignored",
                        2,
                        Pods.of(4, 2000, 1000, 1400).ready("TTFF").deleted("--DD"),
                        30,
                        4,
                        60,
                        1200),
                cpu(
                        at + "scale up: container metrics with pods being deleted ignored",
                        2,
                        Pods.of(4, 1000, 500, 700).ready("TTFF").deleted("--DD"),
                        30,
                        4,
                        60,
                        600),
                cpu(at + "scale down", 5, Pods.of(5, 2000, down), 50, 3, 28, 560),
                cpu(at + "scale down: container metric", 5, Pods.of(5, 1000, 100, 300, 500, 250, 250), 50, 3, 28, 280),
                cpu(
                        at + "scale down: exclude unready pods",
                        5,
                        Pods.of(5, 2000, down).ready("TTTFF"),
                        50,
                        2,
                        30,
                        600),
                cpu(
                        at + "scale down: container metric excludes unready pods",
                        5,
                        Pods.of(5, 1000, 100, 300, 500, 250, 250).ready("TTTFF"),
                        50,
                        2,
                        30,
                        300),
                cpu(
                        at + "scale down: exclude unscheduled pods",
                        5,
                        Pods.of(5, 2000, 200).ready("TFFFF").phases("RPPPP"),
                        50,
                        1,
                        10,
                        200),
                cpu(
                        at + "scale down: container metric excludes unscheduled pods",
                        5,
                        Pods.of(5, 1000, 100, 300, 500, 250, 250).ready("TFFFF").phases("RPPPP"),
                        50,
                        1,
                        10,
                        100),
                cpu(
                        at + "scale down: ignore hot-CPU pods",
                        5,
                        Pods.of(5, 2000, down).started("CCCHH"),
                        50,
                        2,
                        30,
                        600),
                cpu(
                        at + "scale down: container metric ignores hot-CPU pods",
                        5,
                        Pods.of(5, 1000, 100, 300, 500, 1000, 1000).started("CCCHH"),
                        50,
                        2,
                        30,
                        300),
                cpu(
                        at + "scale down: failed pods ignored",
                        5,
                        Pods.of(7, 2000, down).ready("TTTTTFF").phases("RRRRRFF"),
                        50,
                        3,
                        28,
                        560),
                cpu(
                        at + "scale down: pods being deleted are ignored",
                        5,
                        Pods.of(7, 2000, down).ready("TTTTTFF").deleted("-----DD"),
                        50,
                        3,
                        28,
                        560),
                cpu(
                        at + "scale down: still-running pods being deleted are ignored",
                        5,
                        Pods.of(7, 1000, 100, 300, 500, 250, 250)
                                .ready("TTTTTFF")
                                .deleted("-----DD"),
                        50,
                        3,
                        28,
                        280));
    }

    @TestFactory
    Stream<DynamicTest> customMetrics() {
        Pods three = new Pods(3);
        return Stream.of(
                whole("TestReplicaCalcScaleUpOverflow", USUAL, 3, three, Long.MAX_VALUE, 1, Integer.MAX_VALUE),
                share(
                        "TestExternalPerPodMetricReplicaOverflow",
                        USUAL,
                        1,
                        Long.MAX_VALUE,
                        1,
                        Integer.MAX_VALUE,
                        Long.MAX_VALUE),
                share(
                        "TestExternalPerPodMetricUsageOverflow",
                        USUAL,
                        1,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        1,
                        Long.MAX_VALUE),
                custom("TestReplicaCalcScaleUpCM", USUAL, 3, new Pods(3, 20000, 10000, 30000), 15000, 4, 20000),
                custom(
                        "TestReplicaCalcScaleUpCMUnreadyHotCpuNoLessScale",
                        USUAL,
                        3,
                        new Pods(3, 50000, 10000, 30000).ready("TTF").started("CCH"),
                        15000,
                        6,
                        30000),
                custom(
                        "TestReplicaCalcScaleUpCMUnreadyHotCpuScaleWouldScaleDown",
                        USUAL,
                        3,
                        new Pods(3, 50000, 15000, 30000).ready("FTF").started("HCH"),
                        15000,
                        7,
                        31666),
                whole("TestReplicaCalcScaleUpCMObject", USUAL, 3, three, 20000, 15000, 4),
                share("TestReplicaCalcScaleUpCMPerPodObject", USUAL, 3, 20000, 5000, 4, 6667),
                whole(
                        "TestReplicaCalcScaleUpCMObjectIgnoresUnreadyPods",
                        USUAL,
                        3,
                        new Pods(3).ready("FTF"),
                        50000,
                        10000,
                        5),
                whole(
                        "TestReplicaCalcScaleUpCMExternalIgnoresUnreadyPods",
                        USUAL,
                        3,
                        new Pods(3).ready("FTF"),
                        8600,
                        4400,
                        2),
                share("TestReplicaCalcScaleUpPerPodCMExternal", USUAL, 3, 8600, 2150, 4, 2867),
                custom(
                        "TestReplicaCalcScaleDownCM",
                        USUAL,
                        5,
                        new Pods(5, 12000, 12000, 12000, 12000, 12000),
                        20000,
                        3,
                        12000),
                share("TestReplicaCalcScaleDownPerPodCMObject", USUAL, 5, 6000, 2000, 3, 1200),
                whole("TestReplicaCalcScaleDownCMObject", USUAL, 5, new Pods(5), 12000, 20000, 3),
                whole("TestReplicaCalcScaleDownCMExternal", USUAL, 5, new Pods(5), 8600, 14334, 3),
                share("TestReplicaCalcScaleDownPerPodCMExternal", USUAL, 5, 8600, 2867, 3, 1720),
                custom(
                        "TestPlainMetricReplicaCalcMissingMetricsNoChangeEq",
                        USUAL,
                        5,
                        new Pods(5, 20000, 19000, 21000),
                        20000,
                        5,
                        20000),
                custom(
                        "TestReplicaCalcDuringRollingUpdateWithMaxSurgeCM",
                        USUAL,
                        2,
                        new Pods(3, 10000, 10000).phases("RRR"),
                        17000,
                        2,
                        10000));
    }

    @TestFactory
    Stream<DynamicTest> tolerances() {
        String at = "TestReplicaCalcConfigurableTolerance/";
        long[] requests = {1800, 2000, 2200};
        var upOnePercent = new Tolerance(0.1, 0.01);
        Pods three = new Pods(3);
        Pods uneven = new Pods(3, 20000, 21000, 21000);
        return Stream.of(
                cpu("TestReplicaCalcTolerance", 3, new Pods(3, 2020, 2060, 2040).requests(requests), 100, 3, 102, 2040),
                custom("TestReplicaCalcToleranceCM", USUAL, 3, uneven, 20000, 3, 20666),
                whole("TestReplicaCalcToleranceCMObject", USUAL, 3, three, 20666, 20000, 3),
                share("TestReplicaCalcTolerancePerPodCMObject", USUAL, 4, 20166, 5000, 4, 5042),
                whole("TestReplicaCalcToleranceCMExternal", USUAL, 3, three, 8600, 8888, 3),
                share("TestReplicaCalcTolerancePerPodCMExternal", USUAL, 3, 8600, 2900, 3, 2867),
                cpu(
                        at + "Outside of a 0% tolerance",
                        new Tolerance(0, 0),
                        3,
                        new Pods(3, 1818, 2020, 2222).requests(requests),
                        100,
                        4,
                        101,
                        2020),
                cpu(
                        at + "Within a 200% scale-up tolerance",
                        new Tolerance(0.1, 2),
                        3,
                        new Pods(3, 3780, 3820, 3800).requests(requests),
                        100,
                        3,
                        190,
                        3800),
                cpu(
                        at + "Outside 8% scale-up tolerance (and superfuous scale-down tolerance)",
                        new Tolerance(2, 0.08),
                        3,
                        new Pods(3, 2200, 2160, 2180).requests(requests),
                        100,
                        4,
                        109,
                        2180),
                cpu(
                        at + "Within a 36% scale-down tolerance",
                        new Tolerance(0.36, 0.1),
                        3,
                        new Pods(3, 1320, 1280, 1300).requests(requests),
                        100,
                        3,
                        65,
                        1300),
                cpu(
                        at + "Outside a 34% scale-down tolerance",
                        new Tolerance(0.34, 0.1),
                        3,
                        new Pods(3, 1320, 1280, 1300).requests(requests),
                        100,
                        2,
                        65,
                        1300),
                custom("TestReplicaCalcConfigurableToleranceCM", upOnePercent, 3, uneven, 20000, 4, 20666),
                whole("TestReplicaCalcConfigurableToleranceCMObject", upOnePercent, 3, three, 20666, 20000, 4),
                share("TestReplicaCalcConfigurableTolerancePerPodCMObject", upOnePercent, 4, 20208, 5000, 5, 5052),
                whole("TestReplicaCalcConfigurableToleranceCMExternal", upOnePercent, 3, three, 8900, 8800, 4),
                share("TestReplicaCalcConfigurableTolerancePerPodCMExternal", upOnePercent, 3, 8600, 2800, 4, 2867),
                cpu("TestReplicaCalcComputedToleranceAlgImplementation (scales)", 10, computed(), 56, 9, 50, 300),
                cpu("TestReplicaCalcComputedToleranceAlgImplementation (stays)", 10, computed(), 55, 10, 50, 300));
    }

    /** Ten pods that use 150m in each of two containers, whose requests are around 300m each. */
    private static Pods computed() {
        long[] levels = new long[10];
        Arrays.fill(levels, 300);
        return new Pods(10, levels).requests(800, 400, 620, 580, 604, 596, 602, 598, 600, 600);
    }

    @TestFactory
    Stream<DynamicTest> missingMetrics() {
        return Stream.of(
                named(
                        "TestReplicaCalcDisjointResourcesMetrics",
                        () -> assertThat(calculator(USUAL).utilization(1, 100, true, disjoint(), NOW))
                                .isEqualTo(Proposal.failed("no metrics of known pods"))),
                cpu(
                        "TestReplicaCalcSuperfluousMetrics",
                        4,
                        Pods.of(4, 2000, 8000, 19000, 6000, 14000, 6400, 4000),
                        100,
                        24,
                        587,
                        11750),
                cpu("TestReplicaCalcMissingMetrics", 4, Pods.of(4, 2000, 800, 190), 100, 3, 24, 495),
                cpuFails("TestReplicaCalcEmptyMetrics", 4, Pods.of(4, 2000), 100, "no metrics returned for any pod"),
                cpuFails(
                        "TestReplicaCalcEmptyCPURequest",
                        1,
                        new Pods(1, 400),
                        100,
                        "a container has no request of the resource"),
                cpu("TestReplicaCalcMissingMetricsNoChangeEq", 2, Pods.of(2, 2000, 2000), 100, 2, 100, 2000),
                cpu("TestReplicaCalcMissingMetricsNoChangeGt", 2, Pods.of(2, 2000, 3800), 100, 2, 190, 3800),
                cpu("TestReplicaCalcMissingMetricsNoChangeLt", 2, Pods.of(2, 2000, 1200), 100, 2, 60, 1200),
                cpu(
                        "TestReplicaCalcMissingMetricsUnreadyChange",
                        3,
                        Pods.of(3, 2000, 200, 900).ready("FTT"),
                        50,
                        3,
                        45,
                        900),
                cpu(
                        "TestReplicaCalcMissingMetricsHotCpuNoChange",
                        3,
                        Pods.of(3, 2000, 200, 900).started("HCC"),
                        50,
                        3,
                        45,
                        900),
                cpu(
                        "TestReplicaCalcMissingMetricsUnreadyScaleUp",
                        3,
                        Pods.of(3, 2000, 200, 4000).ready("FTT"),
                        50,
                        4,
                        200,
                        4000),
                cpu(
                        "TestReplicaCalcMissingMetricsHotCpuScaleUp",
                        3,
                        Pods.of(3, 2000, 200, 4000).ready("FTT").started("HCC"),
                        50,
                        4,
                        200,
                        4000),
                cpu(
                        "TestReplicaCalcMissingMetricsUnreadyScaleDown",
                        4,
                        Pods.of(4, 2000, 200, 200, 200).ready("FTTT"),
                        50,
                        3,
                        10,
                        200),
                cpu(
                        "TestReplicaCalcMissingMetricsScaleDownTargetOver100",
                        4,
                        new Pods(4, 400, 200, 200)
                                .requests(2000, 2000, 4000, 4000)
                                .ready("FTTT"),
                        300,
                        2,
                        6,
                        200),
                cpu(
                        "TestReplicaCalcDuringRollingUpdateWithMaxSurge",
                        2,
                        Pods.of(3, 2000, 200, 200).phases("RRR"),
                        50,
                        2,
                        10,
                        200));
    }

    @TestFactory
    Stream<DynamicTest> groupPods() {
        long ago = NOW - MINUTE;
        var counted = ReplicaCalculator.Part.COUNTED;
        var unready = ReplicaCalculator.Part.UNREADY;
        var missing = ReplicaCalculator.Part.MISSING;
        var ignored = ReplicaCalculator.Part.IGNORED;
        var old = new Sample(1, 0, 0);
        return Stream.of(
                grouped(
                        "count in a ready pod - memory",
                        false,
                        counted,
                        pod(Phase.SUCCEEDED, false, Ready.NO_CONDITION, PodGroup.NEVER, 0, new Sample(1, NOW, MINUTE))),
                grouped(
                        "unready a pod without ready condition - CPU",
                        true,
                        unready,
                        pod(Phase.SUCCEEDED, false, Ready.NO_CONDITION, NOW, 0, old)),
                grouped(
                        "count in a ready pod with fresh metrics during initialization period - CPU",
                        true,
                        counted,
                        pod(Phase.SUCCEEDED, false, Ready.TRUE, ago, NOW - 30_000, new Sample(1, NOW, 30_000))),
                grouped(
                        "unready a ready pod without fresh metrics during initialization period - CPU",
                        true,
                        unready,
                        pod(Phase.SUCCEEDED, false, Ready.TRUE, ago, NOW - 30_000, new Sample(1, NOW, MINUTE))),
                grouped(
                        "unready an unready pod during initialization period - CPU",
                        true,
                        unready,
                        pod(Phase.SUCCEEDED, false, Ready.FALSE, NOW - 10 * MINUTE, NOW - 9 * MINUTE - 54_000, old)),
                grouped(
                        "count in a ready pod without fresh metrics after initialization period - CPU",
                        true,
                        counted,
                        pod(
                                Phase.SUCCEEDED,
                                false,
                                Ready.TRUE,
                                NOW - 3 * MINUTE,
                                NOW - 3 * MINUTE,
                                new Sample(1, NOW - 2 * MINUTE, MINUTE))),
                grouped(
                        "count in an unready pod that was ready after initialization period - CPU",
                        true,
                        counted,
                        pod(Phase.SUCCEEDED, false, Ready.FALSE, NOW - 10 * MINUTE, NOW - 9 * MINUTE, old)),
                grouped(
                        "unready pod that has never been ready after initialization period - CPU",
                        true,
                        counted,
                        pod(Phase.SUCCEEDED, false, Ready.FALSE, NOW - 10 * MINUTE, NOW - 9 * MINUTE - 50_000, old)),
                grouped(
                        "a missing pod",
                        true,
                        missing,
                        pod(Phase.SUCCEEDED, false, Ready.NO_CONDITION, NOW - 3 * MINUTE, 0, null)),
                grouped(
                        "pending pods are unreadied",
                        true,
                        unready,
                        pod(Phase.PENDING, false, Ready.NO_CONDITION, PodGroup.NEVER, 0, null)),
                grouped(
                        "ignore pods with deletion timestamps",
                        true,
                        ignored,
                        pod(Phase.PENDING, true, Ready.NO_CONDITION, PodGroup.NEVER, 0, old)),
                grouped(
                        "ignore pods in a failed state",
                        true,
                        ignored,
                        pod(Phase.FAILED, false, Ready.NO_CONDITION, PodGroup.NEVER, 0, old)));
    }

    private static PodGroup pod(
            Phase phase, boolean deleted, Ready ready, long started, long changed, @Nullable Sample sample) {
        return new PodGroup(1, phase, deleted, ready, started, changed, sample, 1000);
    }

    private static DynamicTest grouped(String name, boolean cpu, ReplicaCalculator.Part part, PodGroup pod) {
        return named(
                "TestGroupPods/" + name,
                () -> assertThat(calculator(USUAL).part(pod, cpu, NOW)).isEqualTo(part));
    }

    @TestFactory
    Stream<DynamicTest> withoutBehavior() {
        String at = "TestConvertDesiredReplicasWithRules/";
        return Stream.of(
                converted(
                        at + "prenormalized desired replicas within range", 5, 7, 3, 8, 7, Reason.DESIRED_WITHIN_RANGE),
                converted(at + "prenormalized desired replicas < minReplicas", 3, 1, 2, 8, 2, Reason.TOO_FEW_REPLICAS),
                converted(
                        at + "prenormalized desired zeroed replicas within range",
                        1,
                        0,
                        0,
                        10,
                        0,
                        Reason.DESIRED_WITHIN_RANGE),
                converted(
                        at + "maxReplicas is the limit because maxReplicas < scaleUpLimit",
                        20,
                        1000,
                        1,
                        10,
                        10,
                        Reason.TOO_MANY_REPLICAS),
                converted(
                        at + "scaleUpLimit is the limit because scaleUpLimit < maxReplicas",
                        3,
                        1000,
                        1,
                        2000,
                        6,
                        Reason.SCALE_UP_LIMIT));
    }

    private static DynamicTest converted(
            String name, int current, int desired, int min, int max, int replicas, Reason reason) {
        return named(
                name,
                () -> assertThat(RateLimits.byDefault(current, desired, min, max))
                        .isEqualTo(new Limited(replicas, reason)));
    }

    @TestFactory
    Stream<DynamicTest> stabilizationWithoutBehavior() {
        String at = "TestNormalizeDesiredReplicas/";
        return Stream.of(
                highest(at + "empty log", 5, 1),
                highest(at + "stabilize", 5, 3, 4, 2, 5, 1),
                highest(at + "no stabilize", 3, 3, 1, 2, 2, 1),
                highest(at + "no stabilize - old recommendations", 3, 2, 10, 10, 9, 9),
                highest(at + "stabilize - old recommendations", 5, 4, 10, 10, 4, 1, 5, 2, 9, 9));
    }

    /** With 3 desired, or 5 of an empty log; the log as pairs of replicas and minutes ago. */
    private static DynamicTest highest(String name, int stabilized, int length, int... log) {
        return named(name, () -> {
            Recommendations recommendations = recommendations(log);

            int highest = recommendations.highest(log.length == 0 ? 5 : 3, 5 * MINUTE, NOW);

            assertThat(highest).isEqualTo(stabilized);
            assertThat(recommendations.entries()).hasSize(length);
        });
    }

    private static Recommendations recommendations(int... log) {
        var recommendations = new Recommendations();
        for (int i = 0; i < log.length; i += 2) {
            recommendations.add(log[i], NOW - log[i + 1] * MINUTE);
        }
        return recommendations;
    }

    @TestFactory
    Stream<DynamicTest> stabilizationWithBehavior() {
        int[] two = {4, 2, 5, 1};
        int[] low = {1, 2, 2, 1};
        int[] old = {10, 10, 9, 9};
        return Stream.of(
                stabilized("empty recommendations for scaling down", 100, 5, 0, 0, 5, "5"),
                stabilized("simple scale down stabilization", 100, 3, 0, 180, 5, "4 5 3", two),
                stabilized("simple scale up stabilization", 1, 7, 300, 0, 4, "4 5 7", two),
                stabilized("no scale down stabilization", 100, 3, 300, 0, 3, "1 2 3", low),
                stabilized("no scale up stabilization", 1, 3, 0, 300, 3, "4 5 3", two),
                stabilized("no scale down stabilization, reuse recommendation element", 100, 3, 0, 0, 3, "10 3", old),
                stabilized("no scale up stabilization, reuse recommendation element", 1, 100, 0, 0, 100, "10 100", old),
                stabilized(
                        "scale down stabilization, reuse one of obsolete recommendation element",
                        100,
                        3,
                        0,
                        180,
                        5,
                        "10 4 5 3",
                        10,
                        10,
                        4,
                        1,
                        5,
                        2,
                        9,
                        9),
                stabilized(
                        "scale up stabilization, reuse one of obsolete recommendation element",
                        1,
                        100,
                        300,
                        0,
                        5,
                        "100 6 5 9",
                        10,
                        100,
                        6,
                        1,
                        5,
                        2,
                        9,
                        3),
                stabilized(
                        "scale up and down stabilization, do not scale up when prenormalized rec goes down",
                        2,
                        1,
                        300,
                        300,
                        2,
                        "1 3",
                        2,
                        100,
                        3,
                        3),
                stabilized(
                        "scale up and down stabilization, do not scale down when prenormalized rec goes up",
                        2,
                        3,
                        300,
                        300,
                        2,
                        "3 1",
                        2,
                        100,
                        1,
                        3));
    }

    private static DynamicTest stabilized(
            String name, int current, int desired, int up, int down, int expected, String kept, int... log) {
        return named("TestNormalizeDesiredReplicasWithBehavior/" + name, () -> {
            Recommendations recommendations = recommendations(log);

            int stabilized = recommendations.stabilized(current, desired, up, down, NOW);

            assertThat(stabilized).isEqualTo(expected);
            assertThat(recommendations.entries().stream()
                            .map(each -> String.valueOf(each.replicas()))
                            .toList())
                    .isEqualTo(List.of(kept.split(" ", -1)));
        });
    }

    @TestFactory
    Stream<DynamicTest> policies() {
        int[] some = {1, 5, 9};
        return Stream.of(
                rule("prenormalized desired replicas within range", 5, 7, 3, 8, 7, Reason.DESIRED_WITHIN_RANGE),
                rule("prenormalized desired replicas < minReplicas", 3, 1, 2, 8, 2, Reason.TOO_FEW_REPLICAS),
                rule(
                        "prenormalized desired replicas within range when minReplicas is 0",
                        1,
                        0,
                        0,
                        10,
                        0,
                        Reason.DESIRED_WITHIN_RANGE),
                rule(
                        "maxReplicas is the limit because maxReplicas < scaleUpLimit",
                        20,
                        1000,
                        1,
                        10,
                        10,
                        Reason.TOO_MANY_REPLICAS),
                rule(
                        "desired replica count is more than the maximum replica count",
                        100,
                        1000,
                        100,
                        150,
                        150,
                        Reason.TOO_MANY_REPLICAS),
                up(
                        "scaleUpLimit is the limit because scaleUpLimit < maxReplicas with user policies",
                        3,
                        1000,
                        2000,
                        4,
                        Reason.SCALE_UP_LIMIT,
                        rules(0, 0, 1, 60)),
                down(
                        "scaleDownLimit is the limit because scaleDownLimit > minReplicas with user defined policies",
                        1000,
                        3,
                        3,
                        980,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(20, 60, 0, 0)),
                rule("scaleUp with default behavior", 10, 50, 1, 1000, 20, Reason.SCALE_UP_LIMIT),
                up(
                        "scaleUp with pods policy larger than percent policy",
                        10,
                        500,
                        1000,
                        110,
                        Reason.SCALE_UP_LIMIT,
                        rules(100, 60, 100, 60)),
                up(
                        "scaleUp with percent policy larger than pods policy",
                        10,
                        500,
                        1000,
                        20,
                        Reason.SCALE_UP_LIMIT,
                        rules(2, 60, 100, 60)),
                up(
                        "scaleUp with spec MaxReplicas limitation with large pod policy",
                        10,
                        50,
                        1000,
                        50,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(100, 60, 0, 0)),
                up(
                        "scaleUp with spec MaxReplicas limitation with large percent policy",
                        10,
                        50,
                        1000,
                        50,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(10000, 60, 0, 0)),
                up("scaleUp with pod policy limitation", 10, 50, 1000, 40, Reason.SCALE_UP_LIMIT, rules(30, 60, 0, 0)),
                up(
                        "scaleUp with percent policy limitation",
                        10,
                        50,
                        1000,
                        30,
                        Reason.SCALE_UP_LIMIT,
                        rules(0, 0, 200, 60)),
                down(
                        "scaleDown with percent policy larger than pod policy",
                        100,
                        2,
                        1,
                        80,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(20, 60, 1, 60)),
                down(
                        "scaleDown with pod policy larger than percent policy",
                        100,
                        2,
                        1,
                        98,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(2, 60, 1, 60)),
                down(
                        "scaleDown with spec MinReplicas=nil limitation with large pod policy",
                        10,
                        0,
                        1,
                        1,
                        Reason.TOO_FEW_REPLICAS,
                        rules(100, 60, 0, 0)),
                down(
                        "scaleDown with spec MinReplicas limitation with large percent policy",
                        10,
                        2,
                        5,
                        5,
                        Reason.TOO_FEW_REPLICAS,
                        rules(0, 0, 100, 60)),
                down("scaleDown with pod policy limitation", 10, 2, 1, 5, Reason.SCALE_DOWN_LIMIT, rules(5, 60, 0, 0)),
                down(
                        "scaleDown with percent policy limitation",
                        10,
                        5,
                        1,
                        5,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(0, 0, 50, 60)),
                up(
                        "scaleUp with spec MaxReplicas limitation with large pod policy and events",
                        100,
                        500,
                        200,
                        200,
                        Reason.TOO_MANY_REPLICAS,
                        rules(300, 60, 0, 0),
                        some),
                up(
                        "scaleUp with spec MaxReplicas limitation with large percent policy and events",
                        100,
                        500,
                        200,
                        200,
                        Reason.TOO_MANY_REPLICAS,
                        rules(0, 0, 10000, 60),
                        some),
                up(
                        "scaleUp with currentReplicas limitation with rate.PeriodSeconds with a lot of recent scale up events",
                        100,
                        500,
                        1000,
                        100,
                        Reason.SCALE_UP_LIMIT,
                        rules(5, 120, 0, 0),
                        some),
                up(
                        "scaleUp with pod policy and previous scale up events",
                        100,
                        500,
                        1000,
                        235,
                        Reason.SCALE_UP_LIMIT,
                        rules(150, 120, 0, 0),
                        some),
                up(
                        "scaleUp with percent policy and previous scale up events",
                        100,
                        500,
                        1000,
                        255,
                        Reason.SCALE_UP_LIMIT,
                        rules(0, 0, 200, 120),
                        some),
                rule(
                        "scaleUp with percent policy and previous scale up and down events",
                        6,
                        24,
                        1,
                        1000,
                        16,
                        Reason.SCALE_UP_LIMIT,
                        new Behavior(rules(0, 0, 300, 300), ScalingRules.DOWN),
                        events(4),
                        events(2)),
                down(
                        "scaleDown with default policy and previous events",
                        10,
                        5,
                        1,
                        5,
                        Reason.DESIRED_WITHIN_RANGE,
                        ScalingRules.DOWN,
                        some),
                down(
                        "scaleDown with spec MinReplicas=nil limitation with large pod policy and previous events",
                        100,
                        0,
                        1,
                        1,
                        Reason.TOO_FEW_REPLICAS,
                        rules(115, 120, 0, 0),
                        some),
                down(
                        "scaleDown with spec MinReplicas limitation with large pod policy and previous events",
                        100,
                        0,
                        5,
                        5,
                        Reason.TOO_FEW_REPLICAS,
                        rules(130, 120, 0, 0),
                        some),
                down(
                        "scaleDown with spec MinReplicas limitation with large percent policy and previous events",
                        100,
                        2,
                        5,
                        5,
                        Reason.TOO_FEW_REPLICAS,
                        rules(0, 0, 100, 120),
                        some),
                down(
                        "scaleDown with pod policy limitation and previous events",
                        100,
                        2,
                        1,
                        100,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(5, 120, 0, 0),
                        some),
                down(
                        "scaleDown with percent policy limitation and previous events",
                        100,
                        0,
                        1,
                        56,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(0, 0, 50, 120),
                        2,
                        4,
                        6),
                rule(
                        "scaleDown with percent policy and previous scale up and down events",
                        10,
                        1,
                        1,
                        1000,
                        6,
                        Reason.SCALE_DOWN_LIMIT,
                        new Behavior(ScalingRules.UP, rules(0, 0, 50, 180)),
                        events(2),
                        events(4)),
                down(
                        "scaleDown with previous events preventing further scale down",
                        100,
                        0,
                        1,
                        100,
                        Reason.SCALE_DOWN_LIMIT,
                        rules(0, 0, 10, 120),
                        10,
                        10,
                        10),
                down(
                        "scaleDown with with previous events still allowing more scale down",
                        10,
                        5,
                        1,
                        5,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(0, 0, 1000, 120),
                        10,
                        10,
                        10),
                up(
                        "check 'outdated' flag for events for one behavior for up",
                        100,
                        200,
                        1000,
                        200,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(1000, 60, 0, 0),
                        8,
                        12,
                        9,
                        11),
                down(
                        "check 'outdated' flag for events for one behavior for down",
                        100,
                        5,
                        1,
                        5,
                        Reason.DESIRED_WITHIN_RANGE,
                        rules(1000, 60, 0, 0),
                        8,
                        12,
                        9,
                        11));
    }

    private static ScalingRules rules(int pods, int podsPeriod, int percent, int percentPeriod) {
        var policies = new ArrayList<ScalingPolicy>();
        if (pods != 0) {
            policies.add(pods(pods, podsPeriod));
        }
        if (percent != 0) {
            policies.add(ScalingPolicy.percent(percent, percentPeriod));
        }
        return new ScalingRules(0, SelectPolicy.MAX, policies, null);
    }

    /** In the middles of equal parts of the last two minutes. */
    private static ScaleEvents events(int... changes) {
        var events = new ScaleEvents();
        double part = changes.length == 0 ? 0 : 120.0 / changes.length;
        for (int i = 0; i < changes.length; i++) {
            events.add(changes[i], NOW - 1000 * (long) (120 - part * (i + 1) + part / 2), 120);
        }
        return events;
    }

    private static DynamicTest rule(
            String name, int current, int desired, int min, int max, int replicas, Reason reason) {
        return rule(name, current, desired, min, max, replicas, reason, Behavior.DEFAULT, events(), events());
    }

    private static DynamicTest up(
            String name,
            int current,
            int desired,
            int max,
            int replicas,
            Reason reason,
            ScalingRules rules,
            int... events) {
        var behavior = new Behavior(rules, ScalingRules.DOWN);
        return rule(name, current, desired, 1, max, replicas, reason, behavior, events(events), events());
    }

    private static DynamicTest down(
            String name,
            int current,
            int desired,
            int min,
            int replicas,
            Reason reason,
            ScalingRules rules,
            int... events) {
        var behavior = new Behavior(ScalingRules.UP, rules);
        return rule(name, current, desired, min, 2000, replicas, reason, behavior, events(), events(events));
    }

    private static DynamicTest rule(
            String name,
            int current,
            int desired,
            int min,
            int max,
            int replicas,
            Reason reason,
            Behavior behavior,
            ScaleEvents ups,
            ScaleEvents downs) {
        return named(
                "TestScalingWithRules/" + name,
                () -> assertThat(RateLimits.byPolicies(current, desired, min, max, behavior, ups, downs, NOW))
                        .isEqualTo(new Limited(replicas, reason)));
    }

    @TestFactory
    Stream<DynamicTest> limitsOfTheGentlestPolicy() {
        var rules = new ScalingRules(300, SelectPolicy.MIN, List.of(pods(2, 60), ScalingPolicy.percent(50, 60)), null);
        return Stream.of(
                named(
                        "TestCalculateScaleUpLimitWithScalingRules",
                        () -> assertThat(RateLimits.upLimit(1, events(), events(), rules, NOW))
                                .isEqualTo(2)),
                named(
                        "TestCalculateScaleDownLimitWithBehaviors",
                        () -> assertThat(RateLimits.downLimit(5, events(), events(), rules, NOW))
                                .isEqualTo(3)));
    }

    @TestFactory
    Stream<DynamicTest> storedEvents() {
        return Stream.of(
                stored("empty entries with two-policy-behavior", 60, 0, "5"),
                stored("one outdated entry to be replaced with behavior", 60, 0, "5", 7, 61),
                stored("one actual entry to be not touched with behavior", 60, 7, "7 5", 7, 58),
                stored("two entries, one of them to be replaced", 60, 6, "5 6", 7, 61, 6, 59),
                stored(
                        "replace one entry, use policies with different periods",
                        60,
                        14,
                        "8 6 7 5",
                        8,
                        29,
                        6,
                        59,
                        7,
                        61,
                        9,
                        61),
                stored("two entries, both actual", 120, 13, "7 6 5", 7, 58, 6, 59));
    }

    /** Events as pairs of change and seconds ago; then a change of 5. */
    private static DynamicTest stored(String name, int longest, int within, String kept, int... before) {
        return named("TestStoreScaleEvents/" + name, () -> {
            var events = new ScaleEvents();
            for (int i = 0; i < before.length; i += 2) {
                events.add(before[i], NOW - before[i + 1] * 1000L, 1_000_000);
            }

            assertThat(events.within(60, NOW)).isEqualTo(within);
            events.add(5, NOW, longest);

            assertThat(events.events().stream()
                            .map(each -> String.valueOf(each.change()))
                            .toList())
                    .isEqualTo(List.of(kept.split(" ", -1)));
        });
    }

    /** One pod without a measurement, and a measurement without a pod. */
    private static List<PodGroup> disjoint() {
        var groups = new ArrayList<>(Pods.of(1, 2000).groups());
        groups.add(new PodGroup(
                1, Phase.NOT_SELECTED, false, Ready.TRUE, 0, 0, new Sample(200, 0, MINUTE), PodGroup.NO_REQUEST));
        return groups;
    }

    @Test
    void cases_areAtLeastSixty() {
        long cases = Stream.of(
                        resourceScale(),
                        customMetrics(),
                        tolerances(),
                        missingMetrics(),
                        groupPods(),
                        withoutBehavior(),
                        stabilizationWithoutBehavior(),
                        stabilizationWithBehavior(),
                        policies(),
                        limitsOfTheGentlestPolicy(),
                        storedEvents())
                .flatMap(each -> each)
                .map(DynamicTest::getDisplayName)
                .distinct()
                .count();

        assertThat(cases).isGreaterThanOrEqualTo(60);
    }
}
