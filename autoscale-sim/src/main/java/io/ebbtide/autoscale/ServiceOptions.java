package io.ebbtide.autoscale;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that describe a pod of the service: its capacity, cost, start and end. */
final class ServiceOptions {
    @Option(names = "--service-time", paramLabel = "TIME", description = "Mean time of a request; 100ms unless set.")
    private Duration serviceTime = Duration.ofMillis(100);

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description = "Requests that a pod works on at a time; 16 unless set.")
    private int concurrency = 16;

    @Option(
            names = "--max-wait",
            paramLabel = "TIME",
            description = "Maximum wait of a request for a worker; 1s unless set.")
    private @Nullable Duration maxWait;

    @Option(
            names = "--queue",
            description = "The load is messages of a queue, which wait without limit: none is over capacity.")
    private boolean queue;

    @Option(
            names = "--cpu-at-capacity",
            paramLabel = "SHARE",
            description = "CPU of a full pod, divided by its request; 1 unless set.")
    private double cpuAtCapacity = 1;

    @Option(
            names = "--cpu-idle",
            paramLabel = "SHARE",
            description = "CPU of an idle pod, divided by its request; 0.02 unless set.")
    private double cpuIdle = 0.02;

    @Option(
            names = "--cpu-starting",
            paramLabel = "SHARE",
            description = "CPU of a starting pod, divided by its request; 1 unless set.")
    private double cpuStarting = 1;

    @Option(
            names = "--memory",
            paramLabel = "SHARE",
            description = "Memory of a pod, divided by its requests; 0.6 unless set.")
    private double memory = 0.6;

    @Option(names = "--scheduling", paramLabel = "TIME", description = "Time until a container starts; 3s unless set.")
    private Duration scheduling = Duration.ofSeconds(3);

    @Option(
            names = "--start-up",
            paramLabel = "TIME",
            description = "Time from that start until the pod is ready; 20s unless set.")
    private Duration startUp = Duration.ofSeconds(20);

    @Option(
            names = "--propagation",
            paramLabel = "TIME",
            description = "Time until a deleted pod gets no more requests; 5s unless set.")
    private Duration propagation = Duration.ofSeconds(5);

    @Option(names = "--lame-duck", paramLabel = "TIME", description = "Replaces the value of the manifests.")
    private @Nullable Duration lameDuck;

    @Option(names = "--drain", paramLabel = "TIME", description = "Replaces the value of the manifests.")
    private @Nullable Duration drain;

    ServiceModel service() {
        if (queue && maxWait != null) {
            throw BadInput.of("--max-wait", "with --queue (expected: one of them; messages wait without limit)");
        }
        ServiceModel service = ServiceModel.of(serviceTime, concurrency)
                .withCpu(cpuAtCapacity, cpuIdle, cpuStarting)
                .withMemory(memory)
                .withStart(scheduling, startUp)
                .withPropagation(propagation);
        if (queue) {
            return service.withQueue();
        }
        return maxWait == null ? service : service.withMaxWait(maxWait);
    }

    /** The scenario with the lame duck and the drain of the command line, where they are set. */
    Scenario terminating(Scenario scenario) {
        PodSpec pod = scenario.pod();
        PodSpec other =
                pod.withTermination(lameDuck == null ? pod.lameDuck() : lameDuck, drain == null ? pod.drain() : drain);
        return new Scenario(
                scenario.label(), scenario.hpa(), other, scenario.service(), scenario.controller(), scenario.metrics());
    }
}
