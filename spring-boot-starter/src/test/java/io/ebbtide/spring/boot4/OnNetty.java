package io.ebbtide.spring.boot4;

import io.ebbtide.spring.UndrainedContract;
import io.ebbtide.spring.WorkApplication;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** Chooses Netty for the application, with several servers on the class path. */
@Configuration(proxyBeanMethods = false)
class OnNetty {
    public static void main(String[] arguments) {
        WorkApplication.start(arguments, OnNetty.class);
    }

    @Bean
    NettyReactiveWebServerFactory server() {
        return new NettyReactiveWebServerFactory();
    }

    @Bean
    ReactiveHealthIndicator reactiveHealthIndicator() {
        return () -> Mono.fromSupplier(
                () -> Health.up().withDetail("seen", UndrainedContract.seen()).build());
    }
}
