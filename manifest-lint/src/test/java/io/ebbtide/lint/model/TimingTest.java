package io.ebbtide.lint.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import io.ebbtide.lint.read.Sources;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A container gets its signal after its own hook, whatever the others do meanwhile. */
final class TimingTest {
    private static final String LOGGER =
            "\n        - name: logger\n          image: fluent-bit:1\n          lifecycle: {preStop: {sleep: {seconds: 20}}}";

    @Test
    void hookOfAnotherContainer_isNotWhatEbbtideMustKnow() {
        String text = Orders.TEXT.replace("#app", "env: [{name: EBBTIDE_GRACE, value: 60s}]" + LOGGER);

        assertThat(Orders.rules(text)).isEmpty();
    }

    @Test
    void ownHook_isWhatEbbtideMustKnow() {
        String text = Orders.TEXT.replace(
                "#app",
                "env: [{name: EBBTIDE_GRACE, value: 60s}]\n          lifecycle: {preStop: {sleep: {seconds: 5}}}"
                        + LOGGER);

        assertThat(Orders.numbers("pre-stop-untold", text))
                .containsExactly("EBBTIDE_PRE_STOP 0 ms (not set), preStop 5 s (preStop of container app)");
    }

    @Test
    void hookOfAnotherContainer_isNoWaitOfTheOneThatServes() {
        assertThat(Orders.numbers("no-wait-for-endpoints", Orders.TEXT.replace("#app", "stdin: false" + LOGGER)))
                .containsExactly(
                        "preStop 0 s (no preStop) + lameDuck 0 s (none is declared) = 0 s < propagation 5 s (assumed, as lint.ebbtide.io/propagation is not set), behind Service orders");
    }

    @Test
    void containerThatServes_isTheOneThatHasTheServicesPort() {
        String logger = LOGGER.strip().replace("image", "ports: [{containerPort: 2020}]\n          image");
        String text = Orders.TEXT
                .replace("        - name: app", "        " + logger + "\n        - name: app")
                .replace("#app", "lifecycle: {preStop: {sleep: {seconds: 7}}}");

        assertThat(Orders.rules(text)).isEmpty();
        assertThat(Orders.numbers("no-wait-for-endpoints", text.replace("seconds: 7", "seconds: 0")))
                .hasSize(1);
        assertThat(Orders.numbers(
                        "no-wait-for-endpoints",
                        text.replace("seconds: 20", "seconds: 0").replace("targetPort: http", "targetPort: 8080")))
                .isEmpty();
    }

    @Test
    void hookThatOutlastsTheGrace_isTooLong_inWhateverContainer() {
        String text =
                Orders.TEXT.replace("#app", "lifecycle: {preStop: {sleep: {seconds: 7}}}" + LOGGER.replace("20", "58"));

        assertThat(Orders.numbers("grace-below-sum", text))
                .containsExactly(
                        "preStop 58 s (preStop of container logger) + margin 6 s (10 % of the grace) = 64 s > 60 s (terminationGracePeriodSeconds)");
    }

    @Test
    void hooksRunSideBySide_soAnotherContainersIsNotAdded() {
        String text = Orders.with("#pod", "lint.ebbtide.io/lame-duck: 15s\nlint.ebbtide.io/drain: 30s")
                .replace("#app", "stdin: false" + LOGGER);

        assertThat(Orders.rules(text)).isEmpty();
    }

    /** As a process with these settings plans: what it does not wait for endpoints it has for its requests. */
    @Test
    void lameDuckThatNeverComes_addsItsShareToTheDrain() {
        var sources = new Sources();
        String settings = "env: [{name: EBBTIDE_GRACE, value: 30s}, {name: EBBTIDE_LAME_DUCK_POLICY, value: none}]";
        byte[] manifest = Orders.TEXT.replace("#app", settings).getBytes(StandardCharsets.UTF_8);
        sources.add(new ByteArrayInputStream(manifest), "orders.yaml");
        Timing timing =
                Timing.allOf(new World(sources.manifests()).workloads().get(0)).get(0);

        assertThat(timing.lameDuck()).isEqualTo(Sourced.of(Duration.ZERO, "EBBTIDE_LAME_DUCK_POLICY none"));
        assertThat(timing.drain())
                .isEqualTo(Sourced.of(Duration.ofSeconds(21), "derived by Ebbtide, as EBBTIDE_DRAIN is not set"));
    }
}
