package io.ebbtide.examples.spring;

import java.time.Instant;

/** An order, which never changes once it is stored. Immutable. */
record Order(long id, String item, int quantity, Instant at) {}
