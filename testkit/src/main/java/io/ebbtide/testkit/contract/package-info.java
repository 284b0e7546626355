/** The promises of every adapter of an HTTP server, as tests that its own test class inherits. */
@NullMarked
package io.ebbtide.testkit.contract;

import org.jspecify.annotations.NullMarked;
