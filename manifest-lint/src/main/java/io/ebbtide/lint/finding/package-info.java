/** The findings of the linter: {@link io.ebbtide.lint.finding.Finding}. */
@NullMarked
package io.ebbtide.lint.finding;

import org.jspecify.annotations.NullMarked;
