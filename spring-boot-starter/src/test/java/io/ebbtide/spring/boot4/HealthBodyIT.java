package io.ebbtide.spring.boot4;

import io.ebbtide.redis.RealRedis;
import io.ebbtide.spring.HealthBodyContract;
import java.util.concurrent.atomic.AtomicBoolean;

/** The contract, with Spring Boot 4.1. */
final class HealthBodyIT extends HealthBodyContract {
    @Override
    protected Server redis() {
        RealRedis redis = RealRedis.start();
        var closed = new AtomicBoolean();
        return new Server() {
            @Override
            public int port() {
                return redis.port();
            }

            @Override
            public void close() {
                if (closed.compareAndSet(false, true)) {
                    redis.close();
                }
            }
        };
    }
}
