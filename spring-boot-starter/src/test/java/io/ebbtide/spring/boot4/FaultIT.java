package io.ebbtide.spring.boot4;

import io.ebbtide.spring.FaultContract;

/** The contract of faults, with Spring Boot 4.1 on Tomcat. */
final class FaultIT extends FaultContract {}
