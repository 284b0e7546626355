package io.ebbtide.lint.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SarifReportTest {
    @ParameterizedTest
    @CsvSource({
        "deploy/orders.yaml, deploy/orders.yaml",
        "a:b.yaml, ./a:b.yaml",
        "deploy/a:b.yaml, deploy/a:b.yaml",
        "C:\\deploy\\a b.yaml, file:///C:/deploy/a%20b.yaml",
        "100%/\u00e4#?.yaml, 100%25/%C3%A4%23%3F.yaml",
        "<stdin>, %3Cstdin%3E"
    })
    void uri_isAReferenceThatLeadsToTheFile(String file, String uri) {
        assertThat(SarifReport.uri(file)).isEqualTo(uri);
    }
}
