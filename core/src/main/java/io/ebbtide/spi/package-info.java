/**
 * For the author of an adapter: the entry for work, the source that brings it in, its load, the probes on its port; and static
 * helpers, by which all adapters check the same and report it by the same text.
 */
@NullMarked
package io.ebbtide.spi;

import org.jspecify.annotations.NullMarked;
