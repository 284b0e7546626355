package io.ebbtide.spring.boot3;

import io.ebbtide.spring.OtherConnectorContract;

/** The contract of a connector that cannot be drained, with Spring Boot 3.5. */
final class OtherConnectorIT extends OtherConnectorContract {
    OtherConnectorIT() {
        super(WithAjp.class);
    }
}
