package io.ebbtide.spring.boot3;

import io.ebbtide.spring.ServerContract;
import org.junit.jupiter.api.Tag;

/** The contract of servers, with Spring Boot 3.5 on Undertow. */
@Tag("extended") // slow, and seldom concerned
final class UndertowIT extends ServerContract {
    UndertowIT() {
        super(OnUndertow.class);
    }

    /** Boot's {@code stop()} undeploys its servlets, and {@code start()} does not deploy them again. */
    @Override
    protected boolean startsAgain() {
        return false;
    }
}
