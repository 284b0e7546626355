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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    void values_thatAreUnknown_areRefused() {
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

    @Test
    void margin_ofLessThanATenth_isRefused() {
        TemplateCommand command = with("ordersService.budget.margin", 5);

        assertThatThrownBy(command::call)
                .hasMessageContaining("ordersService.budget.margin: 5 s (expected: >= 6 s, a tenth of the grace)");
    }

    @Test
    void applicationBalancer_switchedOnAlone_isRefused_withAllThatDoesNotFit() {
        TemplateCommand command = with("awsAlb.enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.budget.lameDuck: 15 s (expected: >= 25 s, after which awsAlb's health checks take a pod out, 2 x 10 s + 5 s; -f options/aws-alb.yaml has numbers that fit)")
                .hasMessageContaining(
                        "ordersService.minReadySeconds: 10 (expected: >= 20, after which awsAlb's health checks take a pod in, 2 x 10 s; -f options/aws-alb.yaml has numbers that fit)")
                .hasMessageContaining(
                        "frontend.preStop: 15 s (expected: >= 25 s, after which awsAlb's health checks take a pod out, 2 x 10 s + 5 s; -f options/aws-alb.yaml has numbers that fit)")
                .hasMessageContaining(
                        "frontend.minReadySeconds: 10 (expected: >= 20, after which awsAlb's health checks take a pod in, 2 x 10 s; -f options/aws-alb.yaml has numbers that fit)");
    }

    @Test
    void networkBalancer_switchedOnAlone_isRefused_withAllThatDoesNotFit() {
        TemplateCommand command = with("awsNlb.enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.budget.lameDuck: 15 s (expected: >= 25 s, after which awsNlb's health checks take a pod out, 2 x 10 s + 5 s; -f options/aws-nlb.yaml has numbers that fit)")
                .hasMessageContaining(
                        "ordersService.minReadySeconds: 10 (expected: >= 20, after which awsNlb's health checks take a pod in, 2 x 10 s; -f options/aws-nlb.yaml has numbers that fit)")
                .hasMessageContaining(
                        "ordersService.budget: served for 44 s after the signal, lameDuck 15 s + drain 29 s (expected: >= 60 s, awsNlb's deregistration delay, for which flows live on; -f options/aws-nlb.yaml has numbers that fit)");
    }

    @Test
    void drain_longerThanTheDeregistration_isRefused() {
        TemplateCommand command = Rendering.template("shop", List.of("options/aws-alb.yaml"))
                .set("ordersService.budget.grace", 150)
                .set("ordersService.budget.margin", 15)
                .set("ordersService.budget.drain", 70)
                .set("ordersService.autoscaling.scaleDownPeriodSeconds", 150);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.budget.drain: 70 s (expected: <= 60 s, awsAlb's deregistration delay; a shorter drain, or a longer delay in templates/aws-alb.yaml)");
    }

    @ParameterizedTest
    @CsvSource({"gateway, gateway", "ingressNginx, ingress-nginx"})
    void drain_shorterThanTheWayInWaits_isRefused(String way, String template) {
        TemplateCommand command = with("ordersService.budget.drain", 20).set(way + ".enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining("ordersService.budget.drain: 20 s (expected: >= 25 s, for which " + way
                        + " waits for an answer; a longer drain, or a shorter time in templates/" + template
                        + ".yaml)");
    }

    @ParameterizedTest
    @CsvSource({"ordersService, 60", "frontend, 30"})
    void scaleDown_fasterThanTheGrace_isRefused(String service, int grace) {
        TemplateCommand command = with(service + ".autoscaling.scaleDownPeriodSeconds", 15);

        assertThatThrownBy(command::call)
                .hasMessageContaining(service + ".autoscaling.scaleDownPeriodSeconds: 15 (expected: >= " + grace
                        + ", the grace; otherwise the next pods get their signal while the last ones drain)");
    }

    @Test
    void replicas_ofWhichTheLeastIsAboveTheMost_areRefused() {
        TemplateCommand command = with("ordersService.autoscaling.maxReplicas", 3)
                .set("ordersService.autoscaling.minReplicas", 4)
                .set("scheduledScaling.enabled", true);

        assertThatThrownBy(command::call)
                .hasMessageContaining("ordersService.autoscaling.minReplicas: 4 (expected: <= 3, maxReplicas)")
                .hasMessageContaining(
                        "scheduledScaling.morning.minReplicas: 4 (expected: <= 3, ordersService.autoscaling.maxReplicas)");
    }

    @Test
    void deadline_shorterThanTheStart_isRefused() {
        TemplateCommand command = with("ordersService.progressDeadlineSeconds", 300);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.progressDeadlineSeconds: 300 (expected: > 315, which is the start's 300 + readiness' 5 + minReadySeconds 10)");
    }

    @Test
    void pools_largerThanTheDatabaseAllows_areRefused() {
        TemplateCommand command = with("ordersService.poolSize", 10).set("ordersService.maxSurge", "25%");

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.databaseConnections: 200 (expected: >= 230, which is poolSize 10 x (maxReplicas 10 + surge 3 + as many as 10 that drain + canary 0); a smaller pool, fewer replicas, or a database that allows more)");
    }

    @Test
    void pools_areCountedWithTheCanarys() {
        TemplateCommand command = Rendering.template("shop", List.of("options/canary.yaml"))
                .set("ordersService.databaseConnections", 180);

        assertThatThrownBy(command::call)
                .hasMessageContaining(
                        "ordersService.databaseConnections: 180 (expected: >= 184, which is poolSize 8 x (maxReplicas 10 + surge 1 + as many as 10 that drain + canary 2)");
    }

    private static TemplateCommand with(String name, Object value) {
        return Rendering.template("shop", List.of()).set(name, value);
    }
}
