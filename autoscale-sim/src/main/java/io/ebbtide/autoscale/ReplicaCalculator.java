package io.ebbtide.autoscale;

import io.ebbtide.autoscale.PodGroup.Phase;
import io.ebbtide.autoscale.PodGroup.Ready;
import io.ebbtide.autoscale.PodGroup.Sample;
import java.util.List;

/**
 * How many replicas one metric asks for, from one state, without history: the rules of Kubernetes' "Horizontal Pod Autoscaling",
 * section "Algorithm details", in the integer arithmetic of its controller (1.34). Immutable.
 */
final class ReplicaCalculator {
    /*
     * Every metric goes the same way. A first ratio comes from the pods that are measured and count. Only if pods are missing, or pods
     * that are not ready yet stand beside a ratio above 1, a second ratio is computed in which these pods dampen the change: missing
     * pods are at the target on the way down and idle on the way up, unready pods are idle on the way up. A second ratio that turns the
     * direction, or ends within the tolerance, changes nothing.
     *
     * Integers are cut where the controller cuts them (a utilisation is a whole percentage, an average a whole milli-unit), because
     * a ceiling behind them turns such differences into pods.
     */

    private final Tolerance tolerance;
    private final ControllerSettings settings;

    ReplicaCalculator(Tolerance tolerance, ControllerSettings settings) {
        this.tolerance = tolerance;
        this.settings = settings;
    }

    /** What the rules do with a pod. */
    enum Part {
        COUNTED,
        UNREADY,
        MISSING,
        IGNORED
    }

    /** A resource whose target is a share of the requests, in percent. */
    Proposal utilization(int current, int targetPercent, boolean cpu, List<PodGroup> pods, long nowMillis) {
        return resource(new Sums(pods, cpu, nowMillis), current, targetPercent, true);
    }

    /** A resource or a metric of pods whose target is an average, in milli-units. */
    Proposal average(int current, long targetMilli, boolean cpu, List<PodGroup> pods, long nowMillis) {
        return resource(new Sums(pods, cpu, nowMillis), current, targetMilli, false);
    }

    private Proposal resource(Sums sums, int current, long target, boolean ofRequests) {
        if (sums.samples == 0) {
            return Proposal.failed("no metrics returned for any pod");
        }
        if (sums.selected == 0) {
            return Proposal.failed("no pods are selected");
        }
        if (sums.counted + sums.strays == 0) {
            return Proposal.failed("no metrics of pods that count (pods may not be ready)");
        }
        if (ofRequests && sums.withoutRequest) {
            return Proposal.failed("a container has no request of the resource");
        }
        if (ofRequests && sums.countedRequest == 0) {
            return Proposal.failed("no metrics of known pods");
        }
        // Measurements of unknown pods have no request, so a utilisation omits them; an average counts them.
        long total = ofRequests ? sums.countedValue : sums.countedValue + sums.strayValue;
        long metrics = sums.counted + sums.strays;
        long measured = ofRequests ? total * 100 / sums.countedRequest : total / metrics;
        long raw = ofRequests ? total / sums.counted : measured;
        double ratio = (double) measured / target;

        boolean unreadyDampen = sums.unready > 0 && ratio > 1;
        if (!unreadyDampen && sums.missing == 0) {
            int replicas = tolerance.includes(ratio) ? current : ceiling(ratio * sums.counted);
            return Proposal.of(replicas, measured, raw);
        }
        long request = sums.countedRequest;
        if (sums.missing > 0 && ratio != 1) {
            metrics += sums.missing;
            request += sums.missingRequest;
            if (ratio < 1) {
                total += ofRequests ? sums.missingAt(Math.max(100, target)) : sums.missing * target;
            }
        }
        if (unreadyDampen) {
            metrics += sums.unready;
            request += sums.unreadyRequest;
        }
        double damped = (double) (ofRequests ? total * 100 / request : total / metrics) / target;
        if (tolerance.includes(damped) || (ratio < 1 && damped > 1) || (ratio > 1 && damped < 1)) {
            return Proposal.of(current, measured, raw);
        }
        int replicas = ceiling(damped * metrics);
        boolean turned = (damped < 1 && replicas > current) || (damped > 1 && replicas < current);
        return Proposal.of(turned ? current : replicas, measured, raw);
    }

    /** A metric of an object, or an external one, whose target is a value of the whole. */
    Proposal value(int current, long totalMilli, long targetMilli, List<PodGroup> pods) {
        double ratio = (double) totalMilli / targetMilli;
        if (current == 0) {
            return Proposal.of(ceiling(ratio), totalMilli, totalMilli);
        }
        if (tolerance.includes(ratio)) {
            return Proposal.of(current, totalMilli, totalMilli);
        }
        long selected = 0;
        long ready = 0;
        for (PodGroup each : pods) {
            if (each.phase() != Phase.NOT_SELECTED) {
                selected += each.count();
                ready += each.phase() == Phase.RUNNING && each.ready() == Ready.TRUE ? each.count() : 0;
            }
        }
        return selected == 0
                ? Proposal.failed("no pods are selected")
                : Proposal.of(ceiling(ratio * ready), totalMilli, totalMilli);
    }

    /** A metric of an object, or an external one, whose target is a share of each pod. */
    Proposal shareOf(int statusReplicas, long totalMilli, long targetMilli) {
        double ratio = totalMilli / ((double) targetMilli * statusReplicas);
        int replicas = tolerance.includes(ratio) ? statusReplicas : ceiling((double) totalMilli / targetMilli);
        long measured =
                totalMilli == Long.MAX_VALUE ? totalMilli : (long) Math.ceil((double) totalMilli / statusReplicas);
        return Proposal.of(replicas, measured, measured);
    }

    /** The sum of an external metric's series; at most {@link Long#MAX_VALUE}. */
    static long sum(List<Long> seriesMilli) {
        long sum = 0;
        for (long each : seriesMilli) {
            sum = each > 0 && sum > Long.MAX_VALUE - each ? Long.MAX_VALUE : sum + each;
        }
        return sum;
    }

    /** Not more than an int holds. */
    private static int ceiling(double replicas) {
        return (int) Math.ceil(replicas);
    }

    /** What the rules do with the pods of a group. */
    Part part(PodGroup pod, boolean cpu, long nowMillis) {
        if (pod.deleted() || pod.phase() == Phase.FAILED) {
            return Part.IGNORED;
        }
        if (pod.phase() == Phase.PENDING) {
            return Part.UNREADY;
        }
        Sample sample = pod.sample();
        if (sample == null) {
            return Part.MISSING;
        }
        return cpu && unready(pod, sample, nowMillis) ? Part.UNREADY : Part.COUNTED;
    }

    private boolean unready(PodGroup pod, Sample sample, long nowMillis) {
        if (pod.ready() == Ready.NO_CONDITION || pod.startedMillis() == PodGroup.NEVER) {
            return true;
        }
        boolean no = pod.ready() == Ready.FALSE;
        if (pod.startedMillis() + settings.cpuInitialization().toMillis() > nowMillis) {
            return no || sample.atMillis() < pod.readyChangedMillis() + sample.windowMillis();
        }
        return no && pod.startedMillis() + settings.initialReadiness().toMillis() > pod.readyChangedMillis();
    }

    /** The pods by what the rules do with them. */
    private final class Sums {
        private final List<PodGroup> pods;
        private long selected;
        private long samples;
        private long counted;
        private long countedValue;
        private long countedRequest;
        private long strays;
        private long strayValue;
        private long unready;
        private long unreadyRequest;
        private long missing;
        private long missingRequest;
        private boolean withoutRequest;

        Sums(List<PodGroup> pods, boolean cpu, long nowMillis) {
            this.pods = pods;
            for (PodGroup each : pods) {
                add(each, cpu, nowMillis);
            }
        }

        private void add(PodGroup pod, boolean cpu, long nowMillis) {
            int count = pod.count();
            Sample sample = pod.sample();
            samples += sample == null ? 0 : count;
            if (pod.phase() == Phase.NOT_SELECTED) {
                strays += count;
                strayValue += sample == null ? 0 : count * sample.milli();
                return;
            }
            selected += count;
            withoutRequest |= count > 0 && pod.request() == PodGroup.NO_REQUEST;
            switch (part(pod, cpu, nowMillis)) {
                case COUNTED -> {
                    counted += count;
                    countedValue += sample == null ? 0 : count * sample.milli();
                    countedRequest += count * pod.request();
                }
                case UNREADY -> {
                    unready += count;
                    unreadyRequest += count * pod.request();
                }
                case MISSING -> {
                    missing += count;
                    missingRequest += count * pod.request();
                }
                case IGNORED -> {}
            }
        }

        /** What missing pods use at this percentage of their requests, each cut to a whole milli-unit. */
        private long missingAt(long percent) {
            long value = 0;
            for (PodGroup each : pods) {
                boolean isMissing = !each.deleted()
                        && each.sample() == null
                        && (each.phase() == Phase.RUNNING || each.phase() == Phase.SUCCEEDED);
                value += isMissing ? each.count() * (each.request() * percent / 100) : 0;
            }
            return value;
        }
    }
}
