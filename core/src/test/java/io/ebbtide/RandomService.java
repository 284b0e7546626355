package io.ebbtide;

import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.ebbtide.lifecycle.Component;
import io.ebbtide.lifecycle.LifecycleState;
import io.ebbtide.report.LifecycleListener;
import io.ebbtide.report.ShutdownReport;
import io.ebbtide.spi.Traffic;
import io.ebbtide.spi.TrafficSource;
import io.ebbtide.testing.TestTimeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A service with a random budget, random parts and random work. */
final class RandomService {
    /** How a part reacts to its stop. */
    enum Behaviour {
        AT_ONCE,
        SLOW,
        THROWS,
        HANGS
    }

    private static final List<WorkKind> KINDS = List.of(WorkKind.values());
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    /** Hanging parts do not return until the test is over. */
    private final CountDownLatch release;

    private final CountDownLatch lameDuckBegun = new CountDownLatch(1);
    private final Random random;
    private final Duration grace;
    private final Duration drain;
    private final Map<String, Behaviour> components = new LinkedHashMap<>();
    private final Map<String, Behaviour> sources = new LinkedHashMap<>();
    private final Map<String, Boolean> nameless = new LinkedHashMap<>();
    private final Duration lameDuck;
    private final List<Integer> workMillis = new ArrayList<>();
    private final int endless;
    private final int late;
    private int letIn;
    private final Behaviour listener;
    private final List<LifecycleState> entered = Collections.synchronizedList(new ArrayList<>());
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    RandomService(Random random, CountDownLatch release) {
        this.random = random;
        this.release = release;
        grace = Duration.ofMillis(900 + random.nextInt(1_300));
        drain = Duration.ofMillis(random.nextInt(300));
        for (int i = random.nextInt(4); i > 0; i--) {
            components.put("component " + i, anyBehaviour());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            sources.put("source " + i, anyBehaviour());
            nameless.put("source " + i, random.nextInt(4) == 0);
        }
        lameDuck = random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(200));
        for (int i = random.nextInt(6); i > 0; i--) {
            workMillis.add(random.nextInt(200));
        }
        endless = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
        late = random.nextInt(3);
        listener = anyBehaviour();
    }

    private Behaviour anyBehaviour() {
        int chance = random.nextInt(10);
        return chance < 5
                ? Behaviour.AT_ONCE
                : chance < 7 ? Behaviour.SLOW : chance < 9 ? Behaviour.THROWS : Behaviour.HANGS;
    }

    /** Starts the service, submits work, stops it, and submits more work. */
    ShutdownReport play() throws Exception {
        EbbtideBuilder builder = Ebbtide.builder("random")
                .settings(Settings.derived()
                        .withGrace(grace)
                        .withLameDuck(lameDuck)
                        .withDrain(drain)
                        .withStop(Duration.ofMillis(100 + random.nextInt(100)))
                        .withMargin(Duration.ofMillis(200)))
                .listener(new LifecycleListener() {
                    @Override
                    public void entered(LifecycleState state) {
                        entered.add(state);
                        if (state == LifecycleState.STOPPED) {
                            behave(listener);
                        }
                    }
                });
        components.forEach((name, behaviour) -> builder.component(name, new Component() {
            @Override
            public void start() {}

            @Override
            public void stop(Duration within) {
                asked.add(name);
                behave(behaviour);
            }
        }));
        sources.forEach((name, behaviour) -> builder.serve(new Source(name, behaviour)));
        Ebbtide service = builder.build().start();

        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < endless; i++) {
            tickets.add(service.work("endless " + i, KINDS.get(random.nextInt(KINDS.size()))));
        }
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < workMillis.size(); i++) {
            workers.add(work(service, "work " + i, workMillis.get(i)));
        }
        Ticket open = late > 0 ? service.work("open", WorkKind.REQUEST) : null;
        service.shutdown("test");
        lameDuckBegun.countDown();
        for (int i = 0; i < late; i++) {
            try {
                workers.add(work(service, "late " + i, 0));
                letIn++;
            } catch (RejectedExecutionException e) {
                // expected with such a short drain
            }
        }
        if (open != null) {
            open.close();
        }
        ShutdownReport report = service.awaitStopped(TestTimeouts.HANG);
        for (Thread worker : workers) {
            worker.join(TestTimeouts.HANG.toMillis());
        }
        tickets.forEach(Ticket::close);
        return report;
    }

    private Thread work(Ebbtide service, String name, int millis) {
        Ticket ticket = service.work(name, WorkKind.REQUEST);
        var worker = new Thread(() -> {
            try {
                lameDuckBegun.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            sleep(millis);
            ticket.close();
        });
        worker.start();
        return worker;
    }

    private final class Source implements TrafficSource {
        private final String name;
        private final Behaviour behaviour;

        Source(String name, Behaviour behaviour) {
            this.name = name;
            this.behaviour = behaviour;
        }

        @Override
        public String name() {
            if (nameless.get(name)) {
                throw new IllegalStateException("as it may");
            }
            return name;
        }

        @Override
        public void start(Traffic traffic) {}

        @Override
        public void stopAccepting() {}

        @Override
        public void close(Duration within) {
            asked.add(name);
            behave(behaviour);
        }
    }

    private void behave(Behaviour behaviour) {
        switch (behaviour) {
            case AT_ONCE -> {}
            case SLOW -> sleep(20);
            case THROWS -> throw new IllegalStateException("as it may");
            case HANGS -> hang();
        }
    }

    private void hang() {
        while (release.getCount() > 0) {
            try {
                release.await();
            } catch (InterruptedException e) {
                // interrupts are ignored on purpose
            }
        }
    }

    private static void sleep(int millis) {
        try {
            NEVER.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    Duration grace() {
        return grace;
    }

    /** The states that the listener was notified of, in order; it may still be running. */
    List<LifecycleState> entered() {
        return List.copyOf(entered);
    }

    List<String> askedToStop() {
        return List.copyOf(asked);
    }

    /** The names in the order of the stop: components last to first, then sources. */
    List<String> namesInReverse() {
        List<String> names = new ArrayList<>(components.keySet());
        Collections.reverse(names);
        names.addAll(sources.keySet());
        return names;
    }

    /** The same names as the report can know them. */
    List<String> namesInReverseAsReported() {
        return namesInReverse().stream()
                .map(name -> nameless.getOrDefault(name, false)
                        ? Source.class.getName() + " (name() failed: IllegalStateException)"
                        : name)
                .toList();
    }

    Behaviour behaviourOf(String name) {
        Behaviour ofComponent = components.get(name);
        return ofComponent == null ? sources.getOrDefault(name, Behaviour.AT_ONCE) : ofComponent;
    }

    /** The total amount of work that it received. */
    long work() {
        return (long) endless + workMillis.size() + (late > 0 ? 1 + letIn : 0);
    }

    long endlessWork() {
        return endless;
    }

    @Override
    public String toString() {
        return "grace %s, lame duck %s, drain %s, components %s, sources %s, work %s ms and %d endless, %d late, listener %s"
                .formatted(grace, lameDuck, drain, components, sources, workMillis, endless, late, listener);
    }
}
