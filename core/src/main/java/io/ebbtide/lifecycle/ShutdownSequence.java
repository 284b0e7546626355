package io.ebbtide.lifecycle;

import io.ebbtide.health.Health;
import io.ebbtide.inflight.InFlight;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.internal.Await;
import io.ebbtide.internal.Durations;
import io.ebbtide.internal.Redact;
import io.ebbtide.internal.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One shutdown, state by state. {@link #run} is called by one thread; the rest is safe for use by many. */
final class ShutdownSequence {
    /** What a shutdown works on. */
    record Service(
            Plan plan,
            StateMachine machine,
            Starter starter,
            Traffic traffic,
            InFlight inFlight,
            Health health,
            Herald herald,
            Ticker ticker) {}

    /** Telling a source to leave is a matter of moments, even when the lame duck is cut short. */
    private static final Duration MOST_TO_TELL = Duration.ofSeconds(1);

    private final Service service;
    private final String reason;
    private final Leaving leaving;
    private final Deadlines deadlines;
    private final Instant at;
    private final Stopper stopper;
    private final CompletableFuture<Void> lameDuckOver = new CompletableFuture<>();
    private final List<String> problems = new ArrayList<>();
    private final List<ShutdownReport.Cut> cut = new ArrayList<>();
    private boolean stopFailed;

    ShutdownSequence(Service service, String reason, Leaving leaving) {
        this.service = service;
        this.reason = reason;
        this.leaving = leaving;
        at = service.ticker().now();
        deadlines = new Deadlines(
                service.ticker(), service.ticker().nanos(), service.plan().budget());
        stopper = new Stopper(service.plan().service(), service.ticker(), deadlines::untilStopEnds);
    }

    Deadlines deadlines() {
        return deadlines;
    }

    String reason() {
        return reason;
    }

    /** Ends the lame duck, whether it has begun or not. */
    void skipLameDuck() {
        lameDuckOver.complete(null);
    }

    /** What the sequence is busy with in STOPPING. */
    String step() {
        return stopper.step();
    }

    /** Takes the service to STOPPED and tells how it went. */
    ShutdownReport run(boolean startFailed) {
        int inFlightAtSignal = service.inFlight().count();
        long letInBefore = letIn();
        service.traffic().leave();
        service.starter().abort();

        boolean lameDuck =
                leaving == Leaving.WITH_LAME_DUCK && !service.plan().lameDuck().isZero();
        if (lameDuck && service.machine().move(LifecycleState.LAME_DUCK)) {
            beLameDuck();
        }
        service.machine().move(LifecycleState.DRAINING);
        drain();
        long finished = inFlightAtSignal + letIn() - letInBefore - cut.size();
        service.machine().move(LifecycleState.STOPPING);
        stop();

        ExitCode exitCode = startFailed ? ExitCode.START_FAILED : exitCode();
        service.machine().move(LifecycleState.STOPPED);
        LateTraffic late = service.traffic().late();
        return new ShutdownReport(
                service.plan().service(),
                reason,
                at,
                deadlines.elapsed(),
                deadlines.budget(),
                service.machine().times(),
                inFlightAtSignal,
                finished,
                new ShutdownReport.Late(late.count(), late.refused(), late.latest()),
                cut,
                stopper.stops(),
                problems,
                exitCode);
    }

    private void beLameDuck() {
        List<BoundedCall> calls = callSources("leave", TrafficSource::leave);
        Await.done(lameDuckOver, deadlines.untilLameDuckEnds());
        awaitSources("being told to leave", calls, Durations.min(MOST_TO_TELL, deadlines.untilDrainEnds()));
    }

    private void drain() {
        List<BoundedCall> calls = callSources("close", TrafficSource::stopAccepting);
        awaitSources("closing its listeners", calls, deadlines.untilDrainEnds());
        if (!Await.done(service.inFlight().closeWhenIdle(), deadlines.untilDrainEnds())) {
            service.inFlight().list().stream().map(ShutdownReport.Cut::of).forEach(cut::add);
            service.inFlight().close();
        }
        if (!Await.done(service.starter().ended(), deadlines.untilDrainEnds())) {
            stopFailed = true;
            problems.add("the " + service.starter().step() + " had not returned after "
                    + Durations.text(deadlines.elapsed()));
        }
    }

    private void stop() {
        service.health().stop();
        stopper.stopAll(service.starter().startedComponents());
        stopper.closeAll(service.starter().startedSources());
        String hanging = service.herald().await(deadlines.untilStopEnds());
        problems.addAll(service.herald().problems());
        if (hanging != null) {
            problems.add(hanging + " has not returned");
        }
    }

    private ExitCode exitCode() {
        boolean allStopped = stopper.stops().stream().allMatch(stop -> stop.ending() == ShutdownReport.Ending.STOPPED);
        ExitCode stopping = stopFailed || !allStopped ? ExitCode.STOP_FAILED : ExitCode.CLEAN;
        return cut.isEmpty() ? stopping : ExitCode.WORK_CUT;
    }

    @FunctionalInterface
    private interface SourceCall {
        void on(TrafficSource source) throws Exception;
    }

    private List<BoundedCall> callSources(String what, SourceCall call) {
        return service.starter().startedSources().stream()
                .map(source -> BoundedCall.begin(
                        "ebbtide-" + service.plan().service() + "-" + what + "-" + source.name(),
                        () -> call.on(source),
                        service.ticker()))
                .toList();
    }

    private void awaitSources(String what, List<BoundedCall> calls, Duration bound) {
        List<TrafficSource> sources = service.starter().startedSources();
        for (int i = 0; i < calls.size(); i++) {
            BoundedCall call = calls.get(i);
            String who = sources.get(i).name() + " " + what;
            if (!call.await(bound)) {
                stopFailed = true;
                problems.add(who + " had not returned after " + Durations.text(call.took()) + call.stack());
            } else if (call.failure() != null) {
                stopFailed = true;
                problems.add(who + " failed: " + Redact.oneLine(call.failure()));
            }
        }
    }

    private long letIn() {
        return Arrays.stream(WorkKind.values())
                .mapToLong(service.inFlight()::total)
                .sum();
    }
}
