/** The start and the shutdown of one service, step by step; never touches the process. Not API. */
@NullMarked
package io.ebbtide.sequence;

import org.jspecify.annotations.NullMarked;
