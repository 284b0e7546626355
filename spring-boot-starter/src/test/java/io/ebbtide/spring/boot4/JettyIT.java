package io.ebbtide.spring.boot4;

import io.ebbtide.spring.ServerContract;

/** The contract of servers, with Spring Boot 4.1 on Jetty. */
final class JettyIT extends ServerContract {
    JettyIT() {
        super(OnJetty.class);
    }
}
