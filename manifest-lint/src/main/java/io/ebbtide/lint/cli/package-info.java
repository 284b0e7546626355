/** The command. Not for users. */
@NullMarked
package io.ebbtide.lint.cli;

import org.jspecify.annotations.NullMarked;
