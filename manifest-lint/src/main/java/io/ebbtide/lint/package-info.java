/** Checks Kubernetes manifests against the numbers of a service's shutdown: {@link io.ebbtide.lint.ManifestLint}. */
@NullMarked
package io.ebbtide.lint;

import org.jspecify.annotations.NullMarked;
