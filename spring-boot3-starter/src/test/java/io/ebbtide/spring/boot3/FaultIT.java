package io.ebbtide.spring.boot3;

import io.ebbtide.spring.FaultContract;

/** The contract of faults, with Spring Boot 3.5 on Tomcat. */
final class FaultIT extends FaultContract {}
