/** The answers to probes, rendered when something changes and not when somebody asks. */
@NullMarked
package io.ebbtide.probe;

import org.jspecify.annotations.NullMarked;
