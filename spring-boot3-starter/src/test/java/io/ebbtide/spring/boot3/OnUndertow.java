package io.ebbtide.spring.boot3;

import io.ebbtide.spring.WorkApplication;
import org.springframework.boot.web.embedded.undertow.UndertowServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Chooses Undertow for the application, with several servers on the class path. */
@Configuration(proxyBeanMethods = false)
class OnUndertow {
    public static void main(String[] arguments) {
        WorkApplication.start(arguments, OnUndertow.class);
    }

    @Bean
    UndertowServletWebServerFactory server() {
        return new UndertowServletWebServerFactory();
    }
}
