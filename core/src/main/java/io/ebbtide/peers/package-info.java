/** The senders of requests: their arrivals and rates, and the silence that proves that they have stopped. Arithmetic in virtual time; not API. */
@NullMarked
package io.ebbtide.peers;

import org.jspecify.annotations.NullMarked;
