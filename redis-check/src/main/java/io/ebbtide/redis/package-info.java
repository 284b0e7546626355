/** A check of Redis by Lettuce. */
@NullMarked
package io.ebbtide.redis;

import org.jspecify.annotations.NullMarked;
