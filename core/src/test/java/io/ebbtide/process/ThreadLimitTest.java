package io.ebbtide.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ThreadLimitTest {
    @TempDir
    private Path proc;

    @TempDir
    private Path cgroups;

    @Test
    void versionTwo_theCgroupNearestToItsLimitCounts() throws Exception {
        write(proc.resolve("cgroup"), "0::/system.slice/orders.service\n");
        cgroup("system.slice", "1000", 950);
        cgroup("system.slice/orders.service", "200", 100);

        assertThat(limit().nearest()).isEqualTo(new ThreadLimit.Usage("pids.max of the cgroup", 950, 1000));
    }

    /** The path in the file is the host's, but the container sees its own cgroup as the root. */
    @Test
    void versionOneInAContainer_whosePathIsNotThere_theRootCounts() throws Exception {
        write(proc.resolve("cgroup"), "9:cpu:/docker/1f\n8:pids,misc:/docker/1f\n0::/docker/1f\n");
        cgroup("pids", "100", 42);

        assertThat(limit().nearest()).isEqualTo(new ThreadLimit.Usage("pids.max of the cgroup", 42, 100));
    }

    @Test
    void withoutALimit_nothingIsKnown() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "max", 950);

        assertThat(limit().nearest()).isNull();
        assertThat(limit().warning()).isNull();
        assertThat(limit().hasRefusedSinceMark()).isFalse();
    }

    @Test
    void withoutProc_nothingIsKnown() {
        assertThat(limit().nearest()).isNull();
    }

    @Test
    void limitOfTheUser_countsUnlessItIsTheSuperuser() throws Exception {
        write(
                proc.resolve("limits"),
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                        + "Max processes             100                  200                  processes \n");
        write(proc.resolve("status"), "Name:\tjava\nUid:\t1000\t1000\t1000\t1000\nThreads:\t33\n");
        ThreadLimit.Usage usage = limit().nearest();
        assertThat(usage).isNotNull();
        assertThat(usage.count()).isEqualTo(33);
        assertThat(usage.limit()).isEqualTo(100);

        write(proc.resolve("status"), "Name:\tjava\nUid:\t0\t0\t0\t0\nThreads:\t33\n");
        assertThat(limit().nearest()).isNull();
    }

    @Test
    void limitOfTheUser_unlimited_isNone() throws Exception {
        write(
                proc.resolve("limits"),
                "Max processes             unlimited            unlimited            processes \n");
        write(proc.resolve("status"), "Uid:\t1000\t1000\t1000\t1000\nThreads:\t33\n");

        assertThat(limit().nearest()).isNull();
    }

    @Test
    void warning_comesOnceAtNineTenths_andAgainAfterTheUsageHasFallen() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "100", 89);
        ThreadLimit limit = limit();
        assertThat(limit.warning()).isNull();

        cgroup("", "100", 90);
        assertThat(limit.warning())
                .isEqualTo(
                        "90 of 100 threads are in use (pids.max of the cgroup); at the limit no new thread can be started"
                                + " for a request (expected: below 90 %); find out which threads do not end (ps -L"
                                + " -o comm -p <pid>), or raise the limit");
        assertThat(limit.warning()).isNull();
        cgroup("", "100", 85);
        assertThat(limit.warning()).isNull();
        cgroup("", "100", 90);
        assertThat(limit.warning()).isNull();

        cgroup("", "100", 79);
        assertThat(limit.warning()).isNull();
        cgroup("", "100", 99);
        assertThat(limit.warning()).startsWith("99 of 100 threads are in use");
    }

    @Test
    void warning_doesNotComeAgain_afterTheUsageCouldNotBeRead() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "100", 95);
        ThreadLimit limit = limit();
        assertThat(limit.warning()).isNotNull();

        write(cgroups.resolve("pids.current"), "");
        assertThat(limit.warning()).isNull();
        cgroup("", "100", 95);

        assertThat(limit.warning()).isNull();
    }

    /** A false one would take two signals that other components handle for a lost SIGTERM. */
    @Test
    void refusalsFromBefore_areNotThisProcesss() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "100", 89);
        write(cgroups.resolve("pids.events"), "max 17\n");

        assertThat(limit().hasRefusedSinceMark()).isFalse();
    }

    @Test
    void refusal_isNewsUntilTheNextMark() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "100", 89);
        write(cgroups.resolve("pids.events"), "max 17\n");
        ThreadLimit limit = limit();

        write(cgroups.resolve("pids.events"), "max 18\n");
        assertThat(limit.hasRefusedSinceMark()).isTrue();

        limit.mark();
        assertThat(limit.hasRefusedSinceMark()).isFalse();
    }

    /** As for lack of a descriptor. */
    @Test
    void refusals_thatCannotBeReadForAMoment_areNotForgotten() throws Exception {
        write(proc.resolve("cgroup"), "0::/\n");
        cgroup("", "100", 89);
        write(cgroups.resolve("pids.events"), "max 17\n");
        ThreadLimit limit = limit();

        write(cgroups.resolve("pids.events"), "");
        limit.mark();
        write(cgroups.resolve("pids.events"), "max 17\n");
        assertThat(limit.hasRefusedSinceMark()).isFalse();
    }

    private ThreadLimit limit() {
        return new ThreadLimit(proc, cgroups);
    }

    private void cgroup(String path, String max, int current) throws IOException {
        Path folder = Files.createDirectories(cgroups.resolve(path));
        write(folder.resolve("pids.max"), max + "\n");
        write(folder.resolve("pids.current"), current + "\n");
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text);
    }
}
