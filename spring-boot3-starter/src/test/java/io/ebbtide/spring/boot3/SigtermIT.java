package io.ebbtide.spring.boot3;

import io.ebbtide.spring.SpringSigtermContract;
import io.ebbtide.spring.WorkApplication;

/** The main scenario: an application of Spring Boot 3.5 on Tomcat, with no line of ours. */
final class SigtermIT extends SpringSigtermContract {
    @Override
    protected Class<?> service() {
        return WorkApplication.class;
    }
}
