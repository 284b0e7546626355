package io.ebbtide.spring.boot3;

import io.ebbtide.spring.SpringContract;

/** The contract, with Spring Boot 3.5 on Tomcat. */
final class SpringIT extends SpringContract {}
