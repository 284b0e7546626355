/** The demonstration of the README: a service under load, a SIGTERM, and what was lost. */
@NullMarked
package io.ebbtide.examples.demo;

import org.jspecify.annotations.NullMarked;
