package io.ebbtide.spring.boot4;

import io.ebbtide.spring.OtherConnectorContract;

/** The contract of a connector that cannot be drained, with Spring Boot 4.1. */
final class OtherConnectorIT extends OtherConnectorContract {
    OtherConnectorIT() {
        super(WithAjp.class);
    }
}
