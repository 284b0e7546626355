package io.ebbtide.lint.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void longRun_isReportedEachSecond_andAShortOneIsNot() {
        var now = new AtomicLong();
        var err = new StringWriter();
        var progress = new Progress(new PrintWriter(err), now::get);

        now.set(SECOND);
        progress.read(1, 10);
        assertThat(err.toString()).isEmpty();

        now.set(2 * SECOND);
        progress.read(2, 2_000);
        progress.read(3, 2_001);
        now.set(3 * SECOND);
        progress.read(4, 3_000);

        assertThat(err.toString().lines())
                .containsExactly(
                        "ebbtide-lint: 2 file(s), 2,000 object(s) read",
                        "ebbtide-lint: 4 file(s), 3,000 object(s) read");
    }
}
