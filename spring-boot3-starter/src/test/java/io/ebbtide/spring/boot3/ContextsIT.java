package io.ebbtide.spring.boot3;

import io.ebbtide.spring.ContextsContract;

/** The contract of several contexts, with Spring Boot 3.5 on Tomcat. */
final class ContextsIT extends ContextsContract {}
