package io.ebbtide.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PromiseTableTest {
    private static final Map<Promise, String> NO_UPGRADE = Map.of(Promise.UPGRADE, "It has none.");
    private static final String SENTENCE = Promise.UPGRADE.sentence();

    @TempDir
    private Path folder;

    private Path page;

    @BeforeEach
    void write() throws IOException {
        page = folder.resolve("adapters.md");
        Files.writeString(page, """
                # Before
                <!-- promises -->
                <!-- /promises -->
                <!-- Undertow -->
                <!-- /Undertow -->
                <!-- Tomcat -->
                <!-- /Tomcat -->
                # After
                """);
    }

    @Test
    void column_thatWasWritten_isAccepted() throws IOException {
        PromiseTable.read(page).withColumn("Tomcat", NO_UPGRADE).write(page);

        assertThatCode(() -> PromiseTable.read(page).verifyColumn("Tomcat", NO_UPGRADE))
                .doesNotThrowAnyException();
        assertThat(page)
                .content()
                .startsWith("# Before\n")
                .endsWith("# After\n")
                .contains("| " + SENTENCE + " | yes | **no** | yes | yes |\n", "- *" + SENTENCE + "*: It has none.\n");
    }

    @Test
    void columns_ofTwo_stayAsEachHasWrittenThem() throws IOException {
        PromiseTable.read(page).withColumn("Tomcat", NO_UPGRADE).write(page);
        PromiseTable.read(page)
                .withColumn("Undertow", Map.of(Promise.HEAD, "It has none, either."))
                .write(page);

        assertThatCode(() -> PromiseTable.read(page).verifyColumn("Tomcat", NO_UPGRADE))
                .doesNotThrowAnyException();
        assertThat(page).content().contains("| " + Promise.HEAD.sentence() + " | **no** | yes | yes | yes |\n");
    }

    @Test
    void cell_thatDiffers_isDetected() throws IOException {
        PromiseTable.read(page).withColumn("Tomcat", NO_UPGRADE).write(page);

        assertThatThrownBy(() -> PromiseTable.read(page).verifyColumn("Tomcat", Map.of()))
                .isInstanceOf(AssertionError.class)
                .hasMessage("the page on UPGRADE of Tomcat: **no** (expected: yes; -Dcontract.write=true writes it)");
    }

    @Test
    void reason_thatDiffers_isDetected() throws IOException {
        PromiseTable.read(page).withColumn("Tomcat", NO_UPGRADE).write(page);

        assertThatThrownBy(() ->
                        PromiseTable.read(page).verifyColumn("Tomcat", Map.of(Promise.UPGRADE, "It was not wanted.")))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the page's reasons of Tomcat: ");
    }

    @Test
    void pageWithoutPromises_isFoundOut() {
        assertThatThrownBy(() -> PromiseTable.read(page).verifyColumn("Tomcat", Map.of()))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the page's promises: [] (expected: [");
    }

    @Test
    void sentences_areTheirPromisesKeys_soNoTwoAreEqual() {
        assertThat(Stream.of(Promise.values()).map(promise -> promise.topic() + promise.sentence()))
                .doesNotHaveDuplicates();
        assertThat(new HashSet<>(
                        Stream.of(Promise.values()).map(Promise::sentence).toList()))
                .noneMatch(sentence -> sentence.contains("|"));
    }
}
