/** What differs in Spring Boot 4.1: the embedded servers. */
@NullMarked
package io.ebbtide.spring.boot4;

import org.jspecify.annotations.NullMarked;
