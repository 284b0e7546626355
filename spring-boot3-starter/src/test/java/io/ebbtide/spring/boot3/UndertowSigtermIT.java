package io.ebbtide.spring.boot3;

import io.ebbtide.spring.SpringSigtermContract;
import org.junit.jupiter.api.Tag;

/** The main scenario: an application of Spring Boot 3.5 on Undertow, with no line of ours. */
@Tag("full")
final class UndertowSigtermIT extends SpringSigtermContract {
    @Override
    protected Class<?> service() {
        return OnUndertow.class;
    }
}
