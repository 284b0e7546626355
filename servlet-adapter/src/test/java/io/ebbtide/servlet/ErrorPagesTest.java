package io.ebbtide.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.Ebbtide;
import io.ebbtide.inflight.Ticket;
import io.ebbtide.inflight.WorkKind;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ErrorPagesTest {
    private final AtomicLong nanos = new AtomicLong();
    private final ErrorPages pages = new ErrorPages(nanos::get);
    private final ServletSource source = ServletSource.of("web");
    private final Ebbtide service =
            Ebbtide.builder("orders").serve(source).build().start();
    private final HttpServletRequest request = proxy(HttpServletRequest.class, false);
    private final HttpServletResponse response = proxy(HttpServletResponse.class, 404);

    @AfterEach
    void stop() {
        service.close();
    }

    @Test
    void failedRequest_isInFlightUntilItsPageWasShown_andOnceOnly() {
        CountedRequest failed = failed();
        pages.sweep();
        assertThat(service.inFlight().count()).isEqualTo(1);

        pages.shown(failed);
        pages.shown(failed);
        assertThat(service.inFlight().count()).isZero();
    }

    @Test
    void failedRequestWhoseEndIsNeverReported_endsAfterAMinute_andOthersStay() {
        failed();
        nanos.addAndGet(Duration.ofSeconds(59).toNanos());
        CountedRequest later = failed();
        pages.sweep();
        assertThat(service.inFlight().count()).isEqualTo(2);

        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        pages.sweep();
        assertThat(service.inFlight().count()).isEqualTo(1);
        pages.shown(later);
        assertThat(service.inFlight().count()).isZero();
    }

    @Test
    void contextThatStops_endsAllFailedRequests_andThoseThatFailLater() {
        failed();
        pages.stop();
        assertThat(service.inFlight().count()).isZero();

        failed();
        assertThat(service.inFlight().count()).isZero();
    }

    private CountedRequest failed() {
        var counted = new CountedRequest(request, source::contextStops, source.traffic());
        Ticket ticket = service.work("GET /missing", WorkKind.REQUEST);
        counted.begin(ticket, request);
        counted.returned(request, response, 500, pages);
        return counted;
    }

    /** Answers each method that returns a text with null, and each other one with this value. */
    private static <T> T proxy(Class<T> type, Object value) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> switch (method.getName()) {
                    case "getMethod" -> "GET";
                    case "getRequestURI" -> "/missing";
                    case "isAsyncStarted", "getStatus" -> value;
                    default -> null;
                }));
    }
}
