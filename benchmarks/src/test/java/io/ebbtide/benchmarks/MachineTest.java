package io.ebbtide.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachineTest {
    private static final String COMMIT = "29d2e83a0b1c2d3e4f5061728394a5b6c7d8e9f0";

    @TempDir
    private Path folder;

    @Test
    void commit_ofABranch_isReadFromItsFile_fromAFolderBelow() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/refs/heads/main", COMMIT + "\n");

        assertThat(Machine.commit(Files.createDirectories(folder.resolve("benchmarks"))))
                .isEqualTo(COMMIT);
    }

    @Test
    void commit_ofAPackedBranch_isReadFromTheList() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");
        write(".git/packed-refs", "# pack-refs with: peeled\n" + COMMIT + " refs/heads/main\n");

        assertThat(Machine.commit(folder)).isEqualTo(COMMIT);
    }

    @Test
    void commit_withoutABranch_isTheHead() throws IOException {
        write(".git/HEAD", COMMIT + "\n");

        assertThat(Machine.commit(folder)).isEqualTo(COMMIT);
    }

    @Test
    void commit_inAWorktree_isReadFromTheSharedRepository() throws IOException {
        write("tree/.git", "gitdir: " + folder.resolve("main/.git/worktrees/tree") + "\n");
        write("main/.git/worktrees/tree/HEAD", "ref: refs/heads/topic\n");
        write("main/.git/worktrees/tree/commondir", "../..\n");
        write("main/.git/refs/heads/topic", COMMIT + "\n");

        assertThat(Machine.commit(folder.resolve("tree"))).isEqualTo(COMMIT);
    }

    @Test
    void commit_thatCannotBeRead_isUnknown() throws IOException {
        write(".git/HEAD", "ref: refs/heads/main\n");

        assertThat(Machine.commit(folder)).isEqualTo("unknown");
    }

    @Test
    void load_ofABusyMachine_isCommented() {
        assertThat(Machine.load(-1, 2)).isEqualTo("unknown");
        assertThat(Machine.load(1.0, 2)).isEqualTo("1.0 in the last minute");
        assertThat(Machine.load(1.1, 2)).startsWith("1.1 in the last minute: the machine is busy");
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
