package io.ebbtide.examples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The application with one endpoint more: {@code /work/<millis>} answers after that time, for requests of a known length. Prints its
 * port. Without an annotation, so that the application does not find it by itself.
 */
final class TimedOrders {
    public static void main(String[] arguments) {
        new SpringApplication(OrdersApplication.class, TimedOrders.class).run(arguments);
    }

    @Bean
    RouterFunction<ServerResponse> work() {
        return RouterFunctions.route()
                .GET("/work/{millis}", request -> {
                    Thread.sleep(Long.parseLong(request.pathVariable("millis")));
                    return ServerResponse.ok().body("worked");
                })
                .build();
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> port() {
        return event -> System.out.println(
                "port=" + event.getApplicationContext().getEnvironment().getProperty("local.server.port"));
    }
}
