package io.ebbtide.spring.boot4;

import io.ebbtide.spring.WorkContract;

/** The contract, with Spring Boot 4.1. */
final class WorkIT extends WorkContract {}
