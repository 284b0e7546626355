/** How the time from deletion to the kill is divided, and when the lame duck ends. Knows nothing of the lifecycle. */
@NullMarked
package io.ebbtide.budget;

import org.jspecify.annotations.NullMarked;
