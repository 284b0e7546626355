package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BoundTest {
    @ParameterizedTest
    @CsvSource({
        "40, 59.9, MET",
        "40, 60, NOT_DISTINGUISHABLE",
        "59.9, 80, NOT_DISTINGUISHABLE",
        "60, 80, NOT_MET",
        "-Infinity, Infinity, NOT_DISTINGUISHABLE"
    })
    void below60_comparesTheWholeInterval(double lower, double upper, Comparison expected) {
        assertThat(Bound.below(60).compare(lower, upper)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "60, 80, MET",
        "59.9, 80, NOT_DISTINGUISHABLE",
        "40, 60, NOT_DISTINGUISHABLE",
        "40, 59.9, NOT_MET",
        "-Infinity, Infinity, NOT_DISTINGUISHABLE"
    })
    void atLeast60_comparesTheWholeInterval(double lower, double upper, Comparison expected) {
        assertThat(Bound.atLeast(60).compare(lower, upper)).isEqualTo(expected);
    }
}
