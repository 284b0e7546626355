package io.ebbtide.examples.load;

import io.ebbtide.examples.orders.OrdersService;
import io.ebbtide.internal.Durations;
import io.ebbtide.testkit.JavaLauncher;
import io.ebbtide.testkit.ServiceProcess;
import io.ebbtide.testkit.TcpBalancer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A rehearsal on this machine: three replicas of {@code orders-service} in separate JVMs, behind a balancer that learns of a removal
 * 2 s late and never retries. In the middle of the load a fourth is added and the first gets SIGTERM. Obtained from {@link #start}; its
 * processes end when it is closed, or this process ends. Safe for use by many threads.
 */
final class DryRun implements LoadRun.Companion, AutoCloseable {
    private static final int REPLICAS = 3;
    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration EXIT = Duration.ofMinutes(2);
    private static final Duration BALANCER_LAG = Duration.ofSeconds(2);

    /** Longer than the balancer's lag, even if the clients send little. */
    private static final Map<String, String> LAME_DUCK =
            Map.of("EBBTIDE_LAME_DUCK", "5s", "EBBTIDE_LAME_DUCK_MIN", "3s");

    private static final Map<String, String> NO_LAME_DUCK = Map.of("EBBTIDE_LAME_DUCK", "0s");

    private final TcpBalancer balancer = TcpBalancer.start();
    private final List<ServiceProcess> processes = new CopyOnWriteArrayList<>();
    private final List<Replica> replicas = new CopyOnWriteArrayList<>();
    private final List<Replica> serving = new CopyOnWriteArrayList<>();
    private final Duration replacement;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var daemon = new Thread(task, "replacement");
        daemon.setDaemon(true);
        return daemon;
    });
    private volatile @Nullable Timeline timeline;

    private record Replica(ServiceProcess process, int port, URI metrics) {}

    private DryRun(Duration replacement) {
        this.replacement = replacement;
        Runtime.getRuntime().addShutdownHook(new Thread(this::endProcesses, "end of the replicas"));
    }

    /**
     * Starts the replicas, and waits some seconds until they serve.
     *
     * @param replacement when a replica is replaced, after the load's start
     * @param withoutLameDuck injects a fault: a replica closes its port at the signal, while the balancer still sends clients to it
     * @throws IllegalStateException if a replica does not start in time
     */
    static DryRun start(Duration replacement, boolean withoutLameDuck, Consumer<String> say)
            throws InterruptedException {
        var run = new DryRun(replacement);
        try {
            say.accept(RootFormat.of(
                    "starting %d replicas of orders-service behind a balancer, and one to replace the first%s",
                    REPLICAS, withoutLameDuck ? "; planted fault: lame duck 0" : ""));
            for (int i = 0; i <= REPLICAS; i++) {
                JavaLauncher launcher = JavaLauncher.of(OrdersService.class)
                        .jvmOptions("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m")
                        .environment("ORDERS_PORT", "0")
                        .environment("ORDERS_STORES", "memory")
                        .environment("EBBTIDE_MANAGEMENT_PORT", "0")
                        .environment("EBBTIDE_GRACE", "20s");
                (withoutLameDuck ? NO_LAME_DUCK : LAME_DUCK).forEach(launcher::environment);
                run.processes.add(launcher.start());
            }
            for (ServiceProcess process : run.processes) {
                run.replicas.add(serving(process));
            }
            run.replicas.subList(0, REPLICAS).forEach(run::add);
            return run;
        } catch (RuntimeException | InterruptedException e) {
            run.close();
            throw e;
        }
    }

    /** The address that the clients connect to. */
    URI target() {
        return URI.create("http://127.0.0.1:" + balancer.port() + "/orders?limit=5&delayMs=100");
    }

    /** The metrics of the replicas that serve: the replaced one until its lame duck is over. */
    List<URI> metrics() {
        return serving.stream().map(Replica::metrics).toList();
    }

    @Override
    public void begin(Timeline running) {
        timeline = running;
        var unused = thread.schedule(this::replace, replacement.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public List<Finding> end() throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(EXIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("no replica was replaced within " + Durations.text(EXIT));
        }
        ServiceProcess replaced = replicas.get(0).process();
        int code = replaced.awaitExit(EXIT).code();
        return List.of(new Finding("exit code of the replaced replica", String.valueOf(code), "0", code == 0));
    }

    /** Kills all replicas and closes the balancer. */
    @Override
    public void close() {
        thread.shutdownNow();
        endProcesses();
    }

    /** The balancer's lag starts at the same moment as the replica's shutdown, so a slow delivery of the signal does not matter. */
    private void replace() {
        Replica old = replicas.get(0);
        add(replicas.get(REPLICAS));
        note("a new replica is ready; SIGTERM to the first; the balancer notices its removal 2 s later");
        old.process().signal("TERM");
        try {
            String state = old.process()
                    .awaitLine("'orders' is (LAME_DUCK|DRAINING)", EXIT)
                    .group(1);
            balancer.removeAfter(old.port(), BALANCER_LAG);
            note("the first replica is " + state);
            old.process().awaitLine("'orders' is DRAINING", EXIT);
            serving.remove(old);
            note("the first replica has ended with exit code "
                    + old.process().awaitExit(EXIT).code());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(Replica replica) {
        balancer.add(replica.port());
        serving.add(replica);
    }

    private void note(String text) {
        Timeline running = timeline;
        if (running != null) {
            running.event(text);
        }
    }

    /** Also works while this process is shutting down. */
    private void endProcesses() {
        processes.forEach(ServiceProcess::close);
        balancer.close();
    }

    private static Replica serving(ServiceProcess process) throws InterruptedException {
        int port = Integer.parseInt(
                process.awaitLine("orders-service listens, port=(\\d+)", START).group(1));
        String management = process.awaitLine("answers probes at (http://127.0.0.1:\\d+)/", START)
                .group(1);
        process.awaitLine("'orders' is RUNNING", START);
        return new Replica(process, port, URI.create(management + "/metrics"));
    }
}
