/** Background checks of dependencies and of the process itself, and the verdicts that result from them. */
@NullMarked
package io.ebbtide.health;

import org.jspecify.annotations.NullMarked;
