package io.ebbtide.examples.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolTest {
    @TempDir
    private Path folder;

    @Test
    void done_afterTheLeaseExpired_doesNothing_untilTheMessageIsClaimedAgain() throws Exception {
        var spool = new Spool(folder, Duration.ZERO);
        Files.writeString(folder.resolve("inbox").resolve("slow"), "a message that takes longer than its lease");
        assertThat(spool.claim("slow")).isTrue();
        Awaitility.await().until(() -> {
            spool.giveBackAbandoned();
            return spool.waiting(1).contains("slow");
        });

        spool.done("slow");

        assertThat(spool.waiting(1)).containsExactly("slow");
        assertThat(spool.claim("slow")).isTrue();
        spool.done("slow");
        assertThat(folder.resolve("done").resolve("slow")).exists();
    }
}
