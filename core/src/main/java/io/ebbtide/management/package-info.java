/** A small HTTP server for probes and metrics, on a port and a thread of its own. */
@NullMarked
package io.ebbtide.management;

import org.jspecify.annotations.NullMarked;
