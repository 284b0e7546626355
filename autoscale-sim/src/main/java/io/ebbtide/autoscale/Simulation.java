package io.ebbtide.autoscale;

import io.ebbtide.autoscale.MetricSpec.Source;
import io.ebbtide.autoscale.MetricSpec.Target;
import io.ebbtide.autoscale.PodGroup.Phase;
import io.ebbtide.autoscale.PodGroup.Ready;
import io.ebbtide.autoscale.PodGroup.Sample;
import io.ebbtide.autoscale.SimulationResult.Totals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario over a load, step by step. Not thread-safe; confine to one thread.
 */
final class Simulation {
    /*
     * Requests are modelled as a fluid: in each step a number arrives, the pods in rotation answer at most what Little's law allows, the
     * rest waits, and requests that would wait longer than allowed are over capacity. Every pod in rotation gets the same share, so a
     * signal of a pod is the signal of all divided by their number, and a pod reports a mean over the part of the window in
     * which it existed.
     *
     * Before the load begins, its first value holds for a quarter of an hour that no sum includes: the controller's windows and the
     * metrics are then those of a service that has run for a long time.
     *
     * The cost of a step does not depend on the number of pods, only on the decisions of the last minutes; that of a run is linear in its
     * steps. See docs/decisions/0026.
     */
    private static final int WARM_UP_SECONDS = 900;

    private static final long FLAP_MILLIS = 600_000;

    /** A third of the period in which the controller evaluates. */
    private static final Duration MAX_STEP = Duration.ofSeconds(5);

    private final Scenario scenario;
    private final Trace trace;
    private final ServiceModel service;
    private final HpaSpec hpa;
    private final long stepMillis;
    private final double stepSeconds;
    private final long warmUpMillis;

    private final Fleet fleet = new Fleet();
    private final AutoscalerLoop loop;
    private final ReplicaCalculator calculator;
    private final Totals totals = new Totals();
    private final LatencyHistogram latency = new LatencyHistogram();
    private final Timeline timeline;

    private final History busyOfPod;
    private final History rateOfPod;
    private final History inFlightOfPod;
    private final History rate;
    private final History arrivals;
    private final History inFlight;
    private final History queue;

    private double waiting;
    private double busyWorkersOfPod;
    private double arrivingNow;
    private long lastActiveMillis;
    private long nextPollMillis;
    private long lastChangeMillis = Long.MIN_VALUE / 2;
    private int lastDirection;
    private boolean counts;

    Simulation(Scenario scenario, Trace trace) {
        this.scenario = scenario;
        this.trace = trace.refined(MAX_STEP);
        service = scenario.service();
        hpa = scenario.hpa();
        stepMillis = this.trace.step().toMillis();
        stepSeconds = stepMillis / 1000.0;
        warmUpMillis = (long) Math.ceil(WARM_UP_SECONDS * 1000.0 / stepMillis) * stepMillis;
        loop = new AutoscalerLoop(hpa.min(), hpa.max(), hpa.behavior(), scenario.controller());
        calculator = new ReplicaCalculator(tolerance(), scenario.controller());
        timeline = new Timeline(this.trace.steps(), stepSeconds);
        int kept = (int) (scenario.metrics().oldest().toMillis() / stepMillis) + 3;
        busyOfPod = new History(kept);
        rateOfPod = new History(kept);
        inFlightOfPod = new History(kept);
        rate = new History(kept);
        arrivals = new History(kept);
        inFlight = new History(kept);
        queue = new History(kept);
    }

    private Tolerance tolerance() {
        double usual = scenario.controller().tolerance();
        Behavior behavior = hpa.behavior();
        Double up = behavior == null ? null : behavior.up().tolerance();
        Double down = behavior == null ? null : behavior.down().tolerance();
        return new Tolerance(down == null ? usual : down, up == null ? usual : up);
    }

    SimulationResult run() {
        double first = trace.rate(0);
        int enough = (int) Math.min(hpa.max(), Math.ceil(first / service.podRate()));
        fleet.add(Math.max(Math.max(1, hpa.min()), enough), -10 * warmUpMillis, -10 * warmUpMillis);

        long syncMillis = scenario.controller().syncPeriod().toMillis();
        long nextSync = 0;
        long warmUpSteps = warmUpMillis / stepMillis;
        for (long i = 0; i < warmUpSteps + trace.steps(); i++) {
            long now = i * stepMillis;
            if (i == warmUpSteps) {
                totals.waitingBefore = waiting;
            }
            counts = i >= warmUpSteps;
            int index = (int) Math.max(0, i - warmUpSteps);
            if (now >= nextSync) {
                evaluate(now);
                nextSync += Math.max(syncMillis, stepMillis);
            }
            step(index, now, trace.rate(index));
        }
        totals.waitingAfter = waiting;
        return new SimulationResult(scenario, trace, totals, latency, timeline);
    }

    private void step(int index, long now, double arriving) {
        int ready = fleet.ready(now);
        double capacity = ready * service.podRate();
        double available = waiting + arriving * stepSeconds;
        double answered = Math.min(available, capacity * stepSeconds);
        waiting = available - answered;
        double over = 0;
        if (!service.queues()) {
            double maximum = capacity * ServiceModel.seconds(service.maxWait());
            over = Math.max(0, waiting - maximum);
            waiting -= over;
        }
        double answeredRate = answered / stepSeconds;
        double busyWorkers = answeredRate * ServiceModel.seconds(service.serviceTime());
        remember(ready, answeredRate, busyWorkers);
        arrivals.add(arriving);
        arrivingNow = arriving;
        if (arriving > 0 || waiting > 0) {
            lastActiveMillis = now;
        }
        if (counts) {
            count(index, now, arriving, ready, capacity, over, answered);
        }
    }

    private void remember(int ready, double answeredRate, double busyWorkers) {
        double inWork = busyWorkers + waiting;
        busyWorkersOfPod = ready == 0 ? 0 : busyWorkers / ready;
        busyOfPod.add(busyWorkersOfPod / service.concurrency());
        rateOfPod.add(ready == 0 ? 0 : answeredRate / ready);
        inFlightOfPod.add(ready == 0 ? 0 : inWork / ready);
        rate.add(answeredRate);
        inFlight.add(inWork);
        queue.add(waiting);
    }

    private void count(int index, long now, double arriving, int ready, double capacity, double over, double answered) {
        int pods = fleet.size();
        int draining = fleet.terminating(now);
        totals.requests += arriving * stepSeconds;
        totals.answered += answered;
        totals.overCapacity += over;
        totals.podSeconds += (pods + draining) * stepSeconds;
        totals.replicaSeconds += pods * stepSeconds;
        totals.seconds += stepSeconds;
        totals.secondsAtMax += pods >= hpa.max() ? stepSeconds : 0;
        totals.minReplicas = Math.min(totals.minReplicas, pods);
        totals.maxReplicas = Math.max(totals.maxReplicas, pods);
        totals.maxTerminating = Math.max(totals.maxTerminating, draining);
        latency.add(time(arriving, capacity), answered);
        timeline.add(index, arriving, capacity, over, pods, ready);
    }

    /**
     * The mean time of a request: its own, the wait of random arrivals at a pod (Sakasegawa's approximation of M/M/c, 1977), and the
     * wait behind the backlog.
     */
    private double time(double arriving, double capacity) {
        double own = ServiceModel.seconds(service.serviceTime());
        if (capacity <= 0) {
            return own + ServiceModel.seconds(service.maxWait());
        }
        int workers = service.concurrency();
        double load = Math.min(0.99, arriving / capacity);
        double random = own / workers * Math.pow(load, Math.sqrt(2.0 * (workers + 1)) - 1) / (1 - load);
        double longest = ServiceModel.seconds(service.maxWait());
        return own + Math.min(longest, random + waiting / capacity);
    }

    private void evaluate(long now) {
        long settled = scenario.controller().cpuInitialization().toMillis()
                + scenario.metrics().oldest().toMillis();
        fleet.merge(now - settled);
        int current = fleet.size();
        HpaSpec.ToZero zero = hpa.zero();
        if (zero != null && current <= zero.replicas()) {
            // KEDA itself polls for activity and sets the minimum.
            boolean polls = now >= nextPollMillis;
            nextPollMillis = polls ? now + zero.polling().toMillis() : nextPollMillis;
            if (polls && (arrivingNow > 0 || waiting > 0)) {
                scale(current, Math.max(1, hpa.min()), now);
            }
            return;
        }
        if (zero != null && now - lastActiveMillis > zero.cooldown().toMillis()) {
            scale(current, zero.replicas(), now);
            return;
        }
        List<Proposal> proposals = new ArrayList<>(hpa.metrics().size());
        for (MetricSpec each : hpa.metrics()) {
            proposals.add(proposal(each, current, now));
        }
        Decision decision = loop.evaluate(current, proposals, now);
        if (counts && decision.kind() == Decision.Kind.UNKNOWN) {
            totals.unknown++;
        }
        scale(current, decision.replicas(), now);
    }

    private Proposal proposal(MetricSpec metric, int current, long now) {
        if (metric.source() == Source.OBJECT || metric.source() == Source.EXTERNAL) {
            long at = scrape(now, false);
            // A total of shares of pods is no share: compared with one value it is their mean.
            boolean isMean = metric.signal() == Signal.UTILIZATION && metric.target() == Target.VALUE;
            long total = milli(ofAll(metric.signal(), at) / (isMean ? Math.max(1, fleet.ready(at)) : 1));
            return metric.target() == Target.VALUE
                    ? calculator.value(current, total, metric.amount(), groups(metric, now))
                    : calculator.shareOf(current, total, metric.amount());
        }
        boolean cpu = metric.signal() == Signal.CPU
                && (metric.source() == Source.RESOURCE || metric.source() == Source.CONTAINER_RESOURCE);
        List<PodGroup> pods = groups(metric, now);
        return metric.target() == Target.UTILIZATION
                ? calculator.utilization(current, (int) metric.amount(), cpu, pods, now)
                : calculator.average(current, metric.amount(), cpu, pods, now);
    }

    private static long milli(double value) {
        return (long) (value * 1000 + 1e-6);
    }

    /** The last scrape that the controller sees. */
    private long scrape(long now, boolean resource) {
        MetricsPipeline metrics = scenario.metrics();
        long interval = (resource ? metrics.resourceInterval() : metrics.scrapeInterval()).toMillis();
        return Math.floorDiv(now - metrics.lag().toMillis(), interval) * interval;
    }

    private double ofAll(Signal signal, long at) {
        long end = at / stepMillis;
        long window = Math.max(1, scenario.metrics().rateWindow().toMillis() / stepMillis);
        return switch (signal) {
            case REQUESTS -> rate.mean(end - window, end);
            case ARRIVALS -> arrivals.mean(end - window, end);
            case IN_FLIGHT -> inFlight.mean(end - 1, end);
            case UTILIZATION -> inFlight.mean(end - 1, end) / service.concurrency();
            case QUEUE_DEPTH -> queue.mean(end - 1, end);
            case CPU, MEMORY -> throw new IllegalStateException(signal + " of all pods"); // refused by MetricReader
        };
    }

    private List<PodGroup> groups(MetricSpec metric, long now) {
        boolean resource = metric.source() == Source.RESOURCE || metric.source() == Source.CONTAINER_RESOURCE;
        long at = scrape(now, resource);
        long request = resource
                ? scenario.pod().request(metric.signal() == Signal.CPU, metric.container())
                : PodGroup.NO_REQUEST;
        List<PodGroup> groups = new ArrayList<>(fleet.batches().size());
        for (Fleet.Batch each : fleet.batches()) {
            boolean started = each.startedMillis() <= now;
            boolean ready = each.readyMillis() <= now;
            groups.add(new PodGroup(
                    each.count(),
                    started ? Phase.RUNNING : Phase.PENDING,
                    false,
                    ready ? Ready.TRUE : Ready.FALSE,
                    started ? each.startedMillis() : PodGroup.NEVER,
                    ready ? each.readyMillis() : each.startedMillis(),
                    resource ? resource(metric, each, at) : custom(metric, each, at),
                    request));
        }
        return groups;
    }

    private @Nullable Sample resource(MetricSpec metric, Fleet.Batch batch, long at) {
        long window = scenario.metrics().resourceWindow().toMillis();
        if (batch.startedMillis() > at - window) {
            return null; // a rate needs two scrapes
        }
        if (metric.signal() == Signal.MEMORY) {
            long request = scenario.pod().request(false, metric.container());
            return new Sample((long) (request * service.memory()), at, window);
        }
        String container = metric.container();
        if (!container.isEmpty() && !container.equals(scenario.pod().serving())) {
            return new Sample((long) (service.cpuIdle() * scenario.pod().request(true, container)), at, window);
        }
        long request = scenario.pod().cpuOfServing();
        double starting = service.cpuStarting();
        double share = starting;
        long since = Math.max(at - window, batch.readyMillis());
        if (since < at) {
            double busy = mean(busyOfPod, since, at);
            double serving = service.cpuIdle() + (service.cpuAtCapacity() - service.cpuIdle()) * busy;
            double part = (double) (at - since) / window;
            share = part * serving + (1 - part) * starting;
        }
        return new Sample((long) (share * request), at, window);
    }

    /** Of the whole steps between two moments, at least the last one: a step may be longer than the window of a metric. */
    private double mean(History history, long fromMillis, long toMillis) {
        long end = toMillis / stepMillis;
        return history.mean(Math.min(fromMillis / stepMillis, end - 1), end);
    }

    private @Nullable Sample custom(MetricSpec metric, Fleet.Batch batch, long at) {
        long scrape = scenario.metrics().scrapeInterval().toMillis();
        boolean counter = metric.signal() == Signal.REQUESTS || metric.signal() == Signal.ARRIVALS;
        if (batch.readyMillis() > at || (counter && batch.readyMillis() > at - scrape)) {
            boolean zero = scenario.metrics().zeroWhileStarting() && batch.startedMillis() <= at;
            return zero ? new Sample(0, at, 0) : null;
        }
        long end = at / stepMillis;
        long window = counter ? scenario.metrics().rateWindow().toMillis() : stepMillis;
        long begin = Math.max(at - window, batch.readyMillis());
        double value = switch (metric.signal()) {
            case REQUESTS -> mean(rateOfPod, begin, at);
            case ARRIVALS -> mean(arrivals, begin, at) / Math.max(1, fleet.ready(at));
            case IN_FLIGHT -> mean(inFlightOfPod, begin, at);
            case UTILIZATION -> mean(inFlightOfPod, begin, at) / service.concurrency();
            case QUEUE_DEPTH -> queue.mean(end - 1, end) / Math.max(1, fleet.ready(at));
            case CPU -> mean(busyOfPod, begin, at);
            case MEMORY -> service.memory();
        };
        return new Sample(milli(value), at, window);
    }

    private void scale(int current, int desired, long now) {
        if (desired > current) {
            long started = now + service.scheduling().toMillis();
            long ready = started
                    + service.startUp().toMillis()
                    + scenario.pod().readinessPeriod().toMillis();
            fleet.add(desired - current, started, ready);
            turn(1, now);
        } else if (desired < current) {
            delete(current - desired, now);
            turn(-1, now);
        }
    }

    private void turn(int direction, long now) {
        if (counts) {
            totals.scaleUps += direction > 0 ? 1 : 0;
            totals.scaleDowns += direction < 0 ? 1 : 0;
            totals.turns += direction == -lastDirection && now - lastChangeMillis <= FLAP_MILLIS ? 1 : 0;
        }
        lastDirection = direction;
        lastChangeMillis = now;
    }

    private void delete(int count, long now) {
        int readyBefore = fleet.ready(now);
        int ready = fleet.remove(count, now);
        double own = ServiceModel.seconds(service.serviceTime());
        double lameDuck = ServiceModel.seconds(scenario.pod().lameDuck());
        double drain = ServiceModel.seconds(scenario.pod().drain());
        // The longest of n exponential times is, on average, the mean times the n-th harmonic number.
        double longest = own * (Math.log(Math.max(1, busyWorkersOfPod)) + 1);
        double gone = lameDuck + Math.min(drain, longest);
        fleet.terminate(ready, now + (long) (gone * 1000));
        if (counts) {
            double inWork = ready * busyWorkersOfPod;
            double late = readyBefore == 0 || service.queues()
                    ? 0 // messages are fetched, not sent
                    : arrivingNow
                            * ready
                            / readyBefore
                            * Math.max(0, ServiceModel.seconds(service.propagation()) - lameDuck);
            totals.cutInDrain += inWork * Math.exp(-(lameDuck + drain) / own) + late;
            totals.podsRemoved += count;
        }
    }
}
