/** What manifests describe together: workloads, and what serves, scales and ends them. Not for users. */
@NullMarked
package io.ebbtide.lint.model;

import org.jspecify.annotations.NullMarked;
