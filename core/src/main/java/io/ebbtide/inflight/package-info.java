/** Work in flight: tickets, their count, their list, and the gate that closes when no work remains. */
@NullMarked
package io.ebbtide.inflight;

import org.jspecify.annotations.NullMarked;
