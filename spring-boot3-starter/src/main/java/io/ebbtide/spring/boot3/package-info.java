/** What differs in Spring Boot 3.5: the embedded servers. */
@NullMarked
package io.ebbtide.spring.boot3;

import org.jspecify.annotations.NullMarked;
