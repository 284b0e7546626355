package io.ebbtide.autoscale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the deployment templates and the documentation say is what is simulated. */
final class TemplatesTest {
    private static final Path BASE = Path.of("../examples/deploy/kustomize/base");
    private static final Path PAGE = Path.of("../docs/operate/autoscaling.md");

    private static Scenario orders() {
        Scenario scenario = AutoscaleSimulation.of(BASE.resolve("orders-service"))
                .withService(ServiceModel.of(Duration.ofMillis(50), 16))
                .scenario(new ArrayList<>());
        // The ConfigMap with these two is made by kustomize.
        return new Scenario(
                scenario.label(),
                scenario.hpa(),
                scenario.pod().withTermination(Duration.ofSeconds(15), Duration.ofSeconds(29)),
                scenario.service(),
                scenario.controller(),
                scenario.metrics());
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders-service", "frontend"})
    void templates_haveTheBlockThatIsComparedAsTheirs(String service) {
        HpaSpec hpa = AutoscaleSimulation.of(BASE.resolve(service))
                .scenario(new ArrayList<>())
                .hpa();

        assertThat(hpa.behavior()).isEqualTo(Behavior.TEMPLATES);
    }

    /** The tables of docs/operate/autoscaling.md, section "What they do with a spike". */
    @Test
    void documentation_hasTheNumbersOfTheSimulation() throws IOException {
        Trace spike = Trace.shape("spike:base=200,peak=2000,at=10m,for=10m,length=40m");
        Scenario cpu = orders();
        Scenario both = cpu.with(
                "both", cpu.hpa().withMetrics(List.of(MetricSpec.cpu(70), MetricSpec.pods(Signal.UTILIZATION, 700))));
        String page = Files.readString(PAGE);

        for (int i = 0; i < 3; i++) {
            SimulationResult ofCpu = new Simulation(Variants.behaviors(cpu).get(i), spike).run();
            SimulationResult ofBoth = new Simulation(Variants.behaviors(both).get(i), spike).run();
            assertThat(page)
                    .contains(String.format(
                            Locale.ROOT,
                            "| %s | %,.0f | %.2f | %,.0f | %.2f |",
                            ofCpu.scenario().label(),
                            ofCpu.overCapacity(),
                            ofCpu.podHours(),
                            ofBoth.overCapacity(),
                            ofBoth.podHours()));
        }
        for (Scenario each : Variants.signals(cpu, 0.7)) {
            SimulationResult result = new Simulation(each, spike).run();
            assertThat(page)
                    .contains(String.format(
                            Locale.ROOT,
                            "| %s | %,.0f | %.2f |",
                            result.scenario().label(),
                            result.overCapacity(),
                            result.podHours()));
        }
    }
}
