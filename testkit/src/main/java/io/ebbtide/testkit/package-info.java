/** Starts a service in a JVM of its own, loads it strictly, signals it, and tells what was lost. */
@NullMarked
package io.ebbtide.testkit;

import org.jspecify.annotations.NullMarked;
