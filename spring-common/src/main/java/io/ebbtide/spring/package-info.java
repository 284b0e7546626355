/** A Spring Boot application as a service: one lifecycle from the refresh of its context to the exit code of the process. */
@NullMarked
package io.ebbtide.spring;

import org.jspecify.annotations.NullMarked;
