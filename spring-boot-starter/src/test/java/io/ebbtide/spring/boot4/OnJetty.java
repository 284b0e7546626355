package io.ebbtide.spring.boot4;

import io.ebbtide.spring.WorkApplication;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Chooses Jetty for the application, with several servers on the class path. */
@Configuration(proxyBeanMethods = false)
class OnJetty {
    public static void main(String[] arguments) {
        WorkApplication.start(arguments, OnJetty.class);
    }

    @Bean
    JettyServletWebServerFactory server() {
        return new JettyServletWebServerFactory();
    }
}
