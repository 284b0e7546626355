package io.ebbtide.spring.boot3;

import io.ebbtide.spring.WarContract;

/** The contract of WARs, with Spring Boot 3.5. */
final class WarIT extends WarContract {}
