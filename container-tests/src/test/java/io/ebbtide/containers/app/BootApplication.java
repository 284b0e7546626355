package io.ebbtide.containers.app;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.support.SpringBootServletInitializer;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A web application of Spring Boot's whose answers need a bean. */
@SpringBootApplication
public class BootApplication extends SpringBootServletInitializer {
    @Override
    protected SpringApplicationBuilder configure(SpringApplicationBuilder builder) {
        return builder.sources(BootApplication.class);
    }

    /** Stands for a pool of connections. */
    @Component
    public static class Pool implements DisposableBean {
        private volatile boolean closed;

        /** Fails once it is closed. */
        public String use() {
            if (closed) {
                throw new IllegalStateException("the pool is closed");
            }
            return "slow";
        }

        @Override
        public void destroy() {
            closed = true;
        }
    }

    /** Answers the requests of clients. */
    @RestController
    public static class Controller {
        private final Pool pool;

        /** For Spring. */
        public Controller(Pool pool) {
            this.pool = pool;
        }

        /** Waits, and then needs the pool. */
        @GetMapping("/slow")
        public String slow(@RequestParam(defaultValue = "0") long millis) throws InterruptedException {
            new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
            return pool.use();
        }
    }
}
