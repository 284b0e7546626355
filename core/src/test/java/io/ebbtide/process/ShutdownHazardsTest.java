package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Lists the threads of the whole JVM: a thread that another test starts at the same time would be mistaken for a hook. */
@Isolated
final class ShutdownHazardsTest {
    @TempDir
    private Path folder;

    @Test
    void shell_asPidOne_isNamedWithTheRemedy() throws Exception {
        assertThat(ShutdownHazards.wrongParent(commandLine("/bin/sh", "-c", "java -jar app.jar && echo done", "x")))
                .isEqualTo("PID 1 is a shell (sh), which does not forward SIGTERM: when"
                        + " the container is stopped, this process gets no signal, and is killed after the grace; use the"
                        + " exec form of ENTRYPOINT and CMD, or 'exec java ...' in the script");
        assertThat(ShutdownHazards.wrongParent(commandLine("bash", "/entrypoint.sh")))
                .startsWith("PID 1 is a shell");
    }

    @Test
    void init_asPidOne_isWhatItShouldBe() throws Exception {
        assertThat(ShutdownHazards.wrongParent(commandLine("/sbin/tini", "--", "java")))
                .isNull();
        assertThat(ShutdownHazards.wrongParent(folder.resolve("is not there"))).isNull();
    }

    @Test
    void thread_createdBeforeAndStartedNow_isAHook_andNoOtherIs() throws Exception {
        var release = new CountDownLatch(1);
        var hook = new Thread(() -> await(release), "pool closer");
        var hazards = new ShutdownHazards();
        hazards.recordRunningThreads();
        var self = new Thread(() -> {});
        var later = new Thread(() -> await(release), "a worker of another component");
        hook.start();
        later.start();
        Awaitility.await().until(() -> hook.getState() == Thread.State.WAITING);

        assertThat(hazards.racingHooks(self))
                .containsExactly("'pool closer' of " + ShutdownHazardsTest.class.getName() + ": pass what it closes to"
                        + " EbbtideBuilder.component instead");
        release.countDown();
    }

    private static void await(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Path commandLine(String... words) throws IOException {
        return Files.writeString(folder.resolve("cmdline"), String.join("\0", words) + "\0");
    }
}
