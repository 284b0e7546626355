package io.ebbtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.health.Check;
import io.ebbtide.health.Outcome;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class ServiceMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void meters_tellOfTheService_andGoWithIt() {
        Ebbtide service = Ebbtide.builder("orders")
                .metrics(registry)
                .readiness("cache", Check.of(() -> Outcome.down("gone")).shared())
                .build();
        assertThat(registry.getMeters()).isEmpty();
        service.start();

        Ticket done = service.inFlight().enter(WorkKind.REQUEST, "GET /a");
        done.close();
        Ticket open = service.inFlight().enter(WorkKind.REQUEST, "GET /b");

        assertThat(registry.get("ebbtide.requests")
                        .tag("kind", "request")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("ebbtide.inflight")
                        .tag("kind", "request")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(registry.get("ebbtide.state").tag("state", "running").gauge().value())
                .isEqualTo(1);
        assertThat(registry.get("ebbtide.state")
                        .tag("state", "lame_duck")
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.get("ebbtide.late.requests")
                        .tag("connection", "new")
                        .functionCounter()
                        .count())
                .isZero();
        assertThat(registry.get("ebbtide.late.latest").timeGauge().value()).isZero();
        Awaitility.await()
                .until(() -> registry.get("ebbtide.readiness")
                                .tag("status", "degraded")
                                .gauge()
                                .value()
                        == 1);
        assertThat(registry.get("ebbtide.readiness").tag("status", "up").gauge().value())
                .isZero();
        assertThat(registry.get("ebbtide.check.up")
                        .tags("check", "cache", "required", "false")
                        .gauge()
                        .value())
                .isZero();
        open.close();
        service.close();

        assertThat(registry.getMeters()).isEmpty();
    }
}
