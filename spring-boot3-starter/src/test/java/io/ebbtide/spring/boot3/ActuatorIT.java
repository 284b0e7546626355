package io.ebbtide.spring.boot3;

import io.ebbtide.spring.ActuatorContract;

/** The contract, with Spring Boot 3.5. */
final class ActuatorIT extends ActuatorContract {}
