package io.ebbtide.spring.boot4;

import io.ebbtide.spring.SpringSigtermContract;
import io.ebbtide.spring.WorkApplication;

/** The main scenario: an application of Spring Boot 4.1 on Tomcat, with no line of ours. */
final class SigtermIT extends SpringSigtermContract {
    @Override
    protected Class<?> service() {
        return WorkApplication.class;
    }
}
