package io.ebbtide.spring.boot4;

import io.ebbtide.spring.SpringContract;

/** The contract, with Spring Boot 4.1 on Tomcat. */
final class SpringIT extends SpringContract {}
