/** Background checks of dependencies and of ourselves, and the verdicts that they add up to. */
@NullMarked
package io.ebbtide.health;

import org.jspecify.annotations.NullMarked;
