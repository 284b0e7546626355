package io.ebbtide.spring.boot3;

import io.ebbtide.spring.ServerContract;

/** The contract of servers, with Spring Boot 3.5 on Jetty. */
final class JettyIT extends ServerContract {
    JettyIT() {
        super(OnJetty.class);
    }
}
