package io.ebbtide.autoscale;

/** Which of several policies decides. */
enum SelectPolicy {
    MAX,
    MIN,
    DISABLED
}
