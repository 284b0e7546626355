package io.ebbtide.spring;

import io.ebbtide.testkit.SigtermTrial;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** An application on the embedded server of the class path, as its author would write it. */
@SpringBootConfiguration(proxyBeanMethods = false)
@NarrowAutoConfiguration
@RestController
public class WorkApplication {
    /** A request that lasts so long says when it has begun. */
    private static final long ANNOUNCED_MILLIS = 2_000;

    /** Threads that accept and select. */
    private static final int JETTYS_OWN = 16;

    private final ConfigurableApplicationContext context;

    /** For Spring. */
    public WorkApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    public static void main(String[] arguments) {
        start(arguments);
    }

    /**
     * Starts it with more configurations, such as one with the factory of another server.
     *
     * @return its context
     */
    public static ConfigurableApplicationContext start(String[] arguments, Class<?>... more) {
        var application = new SpringApplication(WorkApplication.class);
        application.addPrimarySources(List.of(more));
        application.setDefaultProperties(Map.of(
                "server.port",
                "0",
                "server.tomcat.threads.max",
                SigtermTrial.CLIENTS,
                "server.jetty.threads.max",
                SigtermTrial.CLIENTS + JETTYS_OWN,
                "server.undertow.threads.worker",
                SigtermTrial.CLIENTS,
                "spring.application.name",
                "work",
                "ebbtide.grace",
                "2m",
                "ebbtide.lame-duck",
                SigtermTrial.LEARN_OF_THE_REMOVAL.multipliedBy(2).toMillis() + "ms",
                "ebbtide.lame-duck-policy",
                "fixed"));
        return application.run(arguments);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> port() {
        return event -> System.out.println(
                "port=" + event.getApplicationContext().getEnvironment().getProperty("local.server.port"));
    }

    /** Answers after that time, 64 requests at once. */
    @GetMapping("/work/{millis}")
    String work(@PathVariable("millis") long millis) throws InterruptedException {
        if (millis == ANNOUNCED_MILLIS) {
            System.out.println("working for " + millis + " ms");
        }
        Thread.sleep(millis);
        return "worked";
    }

    /** Ends the application from within. */
    @GetMapping("/exit/{code}")
    String exit(@PathVariable("code") int code) {
        System.exit(SpringApplication.exit(context, () -> code));
        return "never";
    }
}
