/** Who is in flight: tickets, their count, their list, and the gate that closes when nobody is left. */
@NullMarked
package io.ebbtide.inflight;

import org.jspecify.annotations.NullMarked;
