package io.ebbtide.spring.boot3;

import io.ebbtide.spring.WorkApplication;
import org.springframework.boot.web.embedded.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

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
}
