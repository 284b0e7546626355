package io.ebbtide.probe;

/** A traffic source that serves the probes on its own port, too, before any gate and without counting them. */
public interface ProbeHost {
    /** Hands over the probes, before the source starts. */
    void serveProbes(Probes probes);
}
