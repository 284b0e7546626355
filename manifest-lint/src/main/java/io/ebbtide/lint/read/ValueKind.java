package io.ebbtide.lint.read;

/** The kinds of values, by the rules of YAML as Kubernetes reads it. */
public enum ValueKind {
    MAP,
    LIST,
    STRING,
    INTEGER,
    NUMBER,
    BOOLEAN,
    NULL,
    ABSENT
}
