package io.ebbtide.examples.load;

/**
 * The result of one threshold for a run. Immutable.
 *
 * @param what the name of the measured value
 * @param actual the figure with its unit
 * @param expected the bound with its unit
 * @param met whether the figure is within the bound
 */
record Finding(String what, String actual, String expected, boolean met) {
    @Override
    public String toString() {
        return "%-4s  %s: %s (expected: %s)".formatted(met ? "ok" : "FAIL", what, actual, expected);
    }
}
