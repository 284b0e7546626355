package io.ebbtide.spring.boot4;

import io.ebbtide.spring.ConfigurationContract;

/** The contract, with Spring Boot 4.1. */
final class ConfigurationIT extends ConfigurationContract {}
