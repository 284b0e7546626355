package io.ebbtide.sequence;

import io.ebbtide.internal.Redact;
import io.ebbtide.report.ShutdownReport;

/** A shutdown report as one line. Stateless. */
public final class ReportLine {
    private ReportLine() {}

    /** Returns the report as one line of JSON, or of text if JSON cannot be written for lack of a library or memory. */
    public static String of(ShutdownReport report) {
        try {
            return report.json();
        } catch (RuntimeException | Error e) {
            return "the shutdown report cannot be written as JSON (%s); as text: %s"
                    .formatted(Redact.oneLine(e), report.text().strip().replace("\n", " | "));
        }
    }
}
