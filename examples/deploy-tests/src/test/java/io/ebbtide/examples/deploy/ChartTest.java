package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The chart is clean, and refuses what does not fit. */
final class ChartTest {
    @Test
    void chart_passesHelmsOwnLint() {
        Rendering.assumeHelm();

        var result = new Helm(Setup.CHART).lint().strict().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @Test
    void components_haveTheirValues_andNothingElseHas() throws IOException {
        try (Stream<Path> files = Files.list(Setup.CHART.resolve("options"))) {
            List<String> options = files.map(
                            file -> file.getFileName().toString().replace(".yaml", ""))
                    .sorted()
                    .toList();

            assertThat(options).isEqualTo(Setup.options());
        }
    }

    @Test
    void values_thatNobodyKnows_areRefused() {
        TemplateCommand command = with("ordersService.budget.lameduck", 5);

        assertThatThrownBy(command::call)
                .hasMessageContaining("/ordersService/budget")
                .hasMessageContaining("'lameduck' not allowed");
    }

    @Test
    void values_ofAnotherType_areRefused() {
        TemplateCommand command = with("ordersService.budget.grace", "60s");

        assertThatThrownBy(command::call)
                .hasMessageContaining("/ordersService/budget/grace")
                .hasMessageContaining("got string, want integer");
    }

    @Test
    void budget_thatDoesNotFit_isRefusedWithTheAddition() {
        TemplateCommand command = with("ordersService.budget.grace", 30);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.budget: 30 s (expected: >= 60 s, which is lameDuck 15 s + drain 29 s + stop 10 s + margin 6 s)");
    }

    @Test
    void frontend_withoutTimeForItsPreStop_isRefused() {
        TemplateCommand command = with("frontend.preStop", 20);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "frontend.grace: 30 s (expected: >= 33 s, which is preStop 20 s + worker_shutdown_timeout 10 s + a tenth of the grace)");
    }

    @Test
    void waysIn_ofWhichThereAreTwo_areRefused() {
        TemplateCommand command = with("gateway.enabled", true).set("awsAlb.enabled", true);

        assertThatThrownBy(command::call).hasMessageContaining("ways in: gateway, awsAlb (expected: one of them)");
    }

    @Test
    void monitors_ofWhichThereAreTwo_areRefused() {
        TemplateCommand command = with("podMonitor.enabled", true).set("serviceMonitor.enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "podMonitor, serviceMonitor: both (expected: one of them, or everything is counted twice)");
    }

    @Test
    void canary_withoutAGateway_isRefused() {
        TemplateCommand command = with("canary.enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "canary: enabled (expected: gateway enabled, too; its routes share out the requests)");
    }

    private static TemplateCommand with(String name, Object value) {
        return Rendering.template("shop", List.of()).set(name, value);
    }
}
