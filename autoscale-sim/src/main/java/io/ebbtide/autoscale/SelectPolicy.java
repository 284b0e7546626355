package io.ebbtide.autoscale;

/** How the deciding policy is selected from several. */
enum SelectPolicy {
    MAX,
    MIN,
    DISABLED
}
