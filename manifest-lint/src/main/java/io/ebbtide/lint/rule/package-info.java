/** The rules, and what they find. Not for users. */
@NullMarked
package io.ebbtide.lint.rule;

import org.jspecify.annotations.NullMarked;
