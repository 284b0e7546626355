package io.ebbtide.spring.boot4;

import io.ebbtide.spring.ActuatorContract;

/** The contract, with Spring Boot 4.1. */
final class ActuatorIT extends ActuatorContract {}
