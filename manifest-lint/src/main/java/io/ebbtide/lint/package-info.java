/** Proves Kubernetes manifests against the numbers by which a service leaves: {@link io.ebbtide.lint.ManifestLint}. */
@NullMarked
package io.ebbtide.lint;

import org.jspecify.annotations.NullMarked;
