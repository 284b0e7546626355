package io.ebbtide.spring.boot4;

import io.ebbtide.spring.DependencyTreeContract;
import java.util.List;
import org.springframework.boot.SpringBootVersion;

/** The contract, with Spring Boot 4.1. */
final class DependencyTreeIT extends DependencyTreeContract {
    DependencyTreeIT() {
        super(
                SpringBootVersion.getVersion(),
                List.of(
                        "spring-boot-starter",
                        "spring-common",
                        "core",
                        "tomcat-adapter",
                        "jetty-adapter",
                        "jdbc-check",
                        "redis-check"),
                List.of("spring-boot-starter-webmvc", "spring-boot-starter-actuator", "spring-boot-starter-jdbc"));
    }
}
