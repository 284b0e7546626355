package io.ebbtide.spring.boot3;

import io.ebbtide.spring.WorkContract;

/** The contract, with Spring Boot 3.5. */
final class WorkIT extends WorkContract {}
