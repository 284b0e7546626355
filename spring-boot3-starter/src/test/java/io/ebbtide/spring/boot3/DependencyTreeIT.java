package io.ebbtide.spring.boot3;

import io.ebbtide.spring.DependencyTreeContract;
import java.util.List;
import org.springframework.boot.SpringBootVersion;

/** The contract, with Spring Boot 3.5. */
final class DependencyTreeIT extends DependencyTreeContract {
    DependencyTreeIT() {
        super(
                SpringBootVersion.getVersion(),
                List.of(
                        "spring-boot3-starter",
                        "spring-common",
                        "core",
                        "tomcat-adapter",
                        "jetty-adapter",
                        "undertow-adapter",
                        "jdbc-check",
                        "redis-check"),
                List.of("spring-boot-starter-web", "spring-boot-starter-actuator", "spring-boot-starter-jdbc"));
    }
}
