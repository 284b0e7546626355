package io.ebbtide.benchmarks;

/** How the interval of a figure compares with the figure's bound. */
enum Comparison {
    /** The whole interval is within the bound. */
    MET("met"),
    /** No part of the interval is within the bound. */
    NOT_MET("not met"),
    /** The bound is in the interval, or there are too few runs for an interval. */
    NOT_DISTINGUISHABLE("not distinguishable");

    private final String text;

    Comparison(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
