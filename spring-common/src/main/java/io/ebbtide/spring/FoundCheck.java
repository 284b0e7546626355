package io.ebbtide.spring;

import io.ebbtide.health.Check;
import io.ebbtide.health.ProbeKind;

/**
 * A check that the application has in Spring's form. Immutable.
 *
 * @param name its name in the probes
 * @param kind the probe that it decides
 */
public record FoundCheck(String name, ProbeKind kind, Check check) {}
