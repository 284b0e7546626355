package io.ebbtide.spring.boot4;

import io.ebbtide.spring.ContextsContract;

/** The contract of several contexts, with Spring Boot 4.1 on Tomcat. */
final class ContextsIT extends ContextsContract {}
