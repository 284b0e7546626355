package io.ebbtide.spring.boot4;

import io.ebbtide.spring.WorkApplication;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.ajp.AbstractAjpProtocol;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Adds a connector for AJP, on a free port of loopback. */
@Configuration(proxyBeanMethods = false)
class WithAjp {
    public static void main(String[] arguments) {
        WorkApplication.start(arguments, WithAjp.class);
    }

    @Bean
    TomcatServletWebServerFactory server() {
        var connector = new Connector("AJP/1.3");
        ((AbstractAjpProtocol<?>) connector.getProtocolHandler()).setSecretRequired(false);
        connector.setPort(0);
        var factory = new TomcatServletWebServerFactory();
        factory.addAdditionalConnectors(connector);
        return factory;
    }
}
