package io.ebbtide.management;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AcceptTest {
    /** The first three are what Prometheus 2.30, 3, and 3 with scrape_protocols send. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1            | true
            application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3 | true
            text/plain;version=0.0.4;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.2       | false
            text/plain, application/openmetrics-text;q=0                                                    | false
            application/openmetrics-text;q=0.0, */*;q=0.1                                                   | false
            Application/OpenMetrics-Text; version=1.0.0                                                     | true
            application/openmetrics-text ; Q = 0.2 , text/plain ; q=0.7                                     | false
            application/openmetrics-text;q=0.5, text/*;q=0.4                                                | true
            application/openmetrics-text;q=0.5, text/plain;q=0, */*;q=0.9                                   | true
            application/openmetrics-text;q=0.3, */*                                                         | false
            application/openmetrics-text-or-so                                                              | false
            application/openmetrics-text;q=high, text/plain                                                 | true
            */*                                                                                             | false
            ''                                                                                              | false
            """)
    void format_isWhatTheClientPrefers(String header, boolean openMetrics) {
        assertThat(Accept.prefersOpenMetrics(header)).isEqualTo(openMetrics);
    }
}
