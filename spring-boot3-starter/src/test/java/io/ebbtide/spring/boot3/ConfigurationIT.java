package io.ebbtide.spring.boot3;

import io.ebbtide.spring.ConfigurationContract;

/** The contract, with Spring Boot 3.5. */
final class ConfigurationIT extends ConfigurationContract {}
