/** Starts a service in a separate JVM, puts strict load on it, signals it, and reports the lost requests. */
@NullMarked
package io.ebbtide.testkit;

import org.jspecify.annotations.NullMarked;
