package io.ebbtide.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a wrong setting on Boot's page for failed starts. Stateless. */
final class WrongSettingAnalyzer extends AbstractFailureAnalyzer<WrongSettingException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, WrongSettingException cause) {
        return new FailureAnalysis(
                "A setting of Ebbtide is wrong: " + cause.getMessage(),
                "Correct the property ebbtide.* or the environment variable EBBTIDE_* that has this value; the variable wins.",
                cause);
    }
}
