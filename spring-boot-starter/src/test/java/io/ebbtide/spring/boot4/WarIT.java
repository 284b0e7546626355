package io.ebbtide.spring.boot4;

import io.ebbtide.spring.WarContract;

/** The contract of WARs, with Spring Boot 4.1. */
final class WarIT extends WarContract {}
