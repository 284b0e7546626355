/** The work of an application that is not a request: its executors, {@code @Scheduled} methods and listener containers. */
@NullMarked
package io.ebbtide.spring.work;

import org.jspecify.annotations.NullMarked;
