/** What every adapter of an HTTP server promises, as tests that its own test class inherits. */
@NullMarked
package io.ebbtide.testkit.contract;

import org.jspecify.annotations.NullMarked;
