package io.ebbtide.spi;

/** A traffic source that serves the probes on its own port, too, before any gate and without counting them. */
public interface ProbeHost {
    /** Passes the probes to the source, before it starts. */
    void serveProbes(Probes probes);
}
