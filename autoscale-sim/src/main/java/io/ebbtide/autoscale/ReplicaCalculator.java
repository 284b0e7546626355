package io.ebbtide.autoscale;

import io.ebbtide.autoscale.PodGroup.Phase;
import io.ebbtide.autoscale.PodGroup.Ready;
import io.ebbtide.autoscale.PodGroup.Sample;
import java.util.List;

/**
 * Computes how many replicas one metric proposes, from one state, without history: the rules of Kubernetes' "Horizontal Pod Autoscaling",
 * section "Algorithm details", in the integer arithmetic of its controller (1.34). Immutable.
 */
final class ReplicaCalculator {
    /*
     * Every metric is computed the same way. A first ratio comes from the pods that are measured and count. Only if pods are missing, or
     * if pods are not ready yet and the ratio is above 1, a second ratio is computed in which these pods dampen the change: missing
     * pods are at the target when scaling down and idle when scaling up, unready pods are idle when scaling up. A second ratio that
     * reverses the direction, or is within the tolerance, changes nothing.
     *
     * Integers are truncated where the controller truncates them (a utilisation is a whole percentage, an average a whole milli-unit),
     * because a later rounding up turns such differences into pods.
     */

    private final Tolerance tolerance;
    private final ControllerSettings settings;

    ReplicaCalculator(Tolerance tolerance, ControllerSettings settings) {
        this.tolerance = tolerance;
        this.settings = settings;
    }

    /** How the rules treat a pod. */
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

    /** A metric of an object, or an external one, whose target is a total value. */
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

    /** A metric of an object, or an external one, whose target is a value per pod. */
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

    /** Limited to the range of an int. */
    private static int ceiling(double replicas) {
        return (int) Math.ceil(replicas);
    }

    /** How the rules treat the pods of a group. */
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

    /** The pods, by how the rules treat them. */
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

        /** The usage of missing pods at this percentage of their requests, each truncated to a whole milli-unit. */
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
