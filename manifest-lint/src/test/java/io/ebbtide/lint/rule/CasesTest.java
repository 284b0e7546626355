package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.ManifestLint;
import io.ebbtide.lint.finding.Finding;
import io.ebbtide.lint.finding.Severity;
import io.ebbtide.lint.fixture.Fixtures;
import io.ebbtide.lint.fixture.Fixtures.Fixture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small manifests on which the linter was once wrong, or must stay right; made from situations in public manifests and bug reports.
 * {@code expect} has what is right: rules that must be found, {@code not RULE}, {@code only RULE}, {@code none} for no finding at
 * all, {@code parse ok} for no error.
 */
final class CasesTest {
    static List<Fixture> cases() {
        return Fixtures.of("cases");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void manifest_isJudgedAsItsCaseExpects(Fixture each) {
        List<Finding> findings = findings(each.name());
        List<String> rules = findings.stream().map(Finding::rule).toList();

        if (each.expect().equals("none")) {
            assertThat(findings).isEmpty();
        } else if (each.expect().equals("parse ok")) {
            assertThat(findings).extracting(Finding::severity).doesNotContain(Severity.ERROR);
        } else if (each.expect().startsWith("not ")) {
            assertThat(rules).doesNotContain(each.expect().substring("not ".length()));
        } else if (each.expect().startsWith("only ")) {
            assertThat(rules).containsExactly(each.expect().substring("only ".length()));
        } else {
            assertThat(rules).contains(each.expect().split(" ", -1));
        }
    }

    @Test
    void eachCase_expectsKnownRules() {
        assertThat(cases())
                .extracting(Fixture::expect)
                .filteredOn(each -> !each.equals("none") && !each.equals("parse ok"))
                .flatExtracting(
                        each -> List.of(each.replaceFirst("^(not|only) ", "").split(" ", -1)))
                .allMatch(each -> Rules.find(each).isPresent());
    }

    @Test
    void storeOfOneReplica_isNotAdvisedToRunTwice() {
        assertThat(findings("scaling/single-store.yaml"))
                .filteredOn(each -> each.rule().equals("single-replica"))
                .extracting(Finding::fix)
                .containsExactly("a second replica by the store's own clustering, or accept the outage:"
                        + " lint.ebbtide.io/ignore.single-replica");
    }

    @Test
    void initialDelay_isCountedFromTheContainersStart() {
        assertThat(findings("probes/initial-delay-text.yaml"))
                .filteredOn(each -> each.rule().equals("superfluous-initial-delay"))
                .extracting(Finding::numbers)
                .containsExactly(
                        "readinessProbe does not run for 10 s from the container's start; the startup probe already waits "
                                + "until the start is complete");
    }

    private static List<Finding> findings(String name) {
        return ManifestLint.of(Fixtures.path("cases/" + name)).findings();
    }
}
