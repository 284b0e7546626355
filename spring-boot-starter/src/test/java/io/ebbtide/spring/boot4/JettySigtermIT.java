package io.ebbtide.spring.boot4;

import io.ebbtide.spring.SpringSigtermContract;
import org.junit.jupiter.api.Tag;

/** The main scenario: an application of Spring Boot 4.1 on Jetty, with no line of ours. */
@Tag("full")
final class JettySigtermIT extends SpringSigtermContract {
    @Override
    protected Class<?> service() {
        return OnJetty.class;
    }
}
