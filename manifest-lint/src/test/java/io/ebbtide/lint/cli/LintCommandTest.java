package io.ebbtide.lint.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.ebbtide.lint.Orders;
import io.ebbtide.lint.fixture.Fixtures;
import io.ebbtide.lint.rule.Rules;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class LintCommandTest {
    private static final String RULES = Fixtures.path("rules") + "/";
    private static final String ERROR = RULES + "grace-below-sum/bad.yaml";
    private static final String NOTE = RULES + "budget-missing/bad.yaml";
    private static final String GOOD = RULES + "grace-below-sum/good.yaml";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void exitCode_saysWhatWasFound() {
        assertThat(run(GOOD)).isZero();
        assertThat(run(ERROR)).isEqualTo(1);
        assertThat(run(NOTE)).isZero();
        assertThat(run("--fail-on", "note", NOTE)).isEqualTo(1);
        assertThat(run("--ignore", "grace-below-sum", ERROR)).isZero();
        assertThat(run(RULES + "unreadable-input/bad.yaml")).isEqualTo(2);
        assertThat(run("none.yaml")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
    }

    @Test
    void inputWithoutAnyObject_isUnusable() {
        assertThat(run("-")).isEqualTo(2);

        assertThat(out.toString()).startsWith("""
                        <stdin>: error: This input cannot be read. [unreadable-input]
                            numbers  nothing to check: no Kubernetes object (expected: at least one)
                        """);
    }

    @Test
    void inputThatCannotBeRead_isNotIgnored() {
        assertThat(run("--ignore", "unreadable-input", RULES + "unreadable-input/bad.yaml"))
                .isEqualTo(2);

        assertThat(out.toString()).contains("[unreadable-input]");
    }

    @Test
    void fault_isOneLine_andUnusable() {
        int code = run(
                new InputStream() {
                    @Override
                    public int read() {
                        return -1;
                    }

                    @Override
                    public int read(byte[] buffer, int offset, int length) {
                        throw new IllegalStateException("first\nsecond");
                    }
                },
                "-");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .isEqualToNormalizingNewlines(
                        "ebbtide-lint: internal error, nothing was checked: java.lang.IllegalStateException: first second\n");
    }

    @Test
    void namespace_isThatOfObjectsThatNameNone() {
        String service =
                "apiVersion: v1\nkind: Service\nmetadata: {name: orders, namespace: shop}\nspec: {selector: {app: x}, ports: [{port: 80}]}\n---\n";
        String manifests =
                service + Orders.TEXT.substring(0, Orders.TEXT.indexOf("---")).replace(", namespace: shop", "");

        assertThat(run(stream(manifests), "--fail-on", "note", "-")).isZero();
        assertThat(run(stream(manifests), "--fail-on", "note", "--namespace", "shop", "-"))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("selector {app=x}; 1 workload(s) in namespace shop, none with these labels");
    }

    @Test
    void wrongUsage_isReportedWithTheRemedy() {
        run("--ignore", "no-such", GOOD);

        assertThat(err.toString()).startsWith("no-such: no such rule (expected: one of those that --rules lists)");
    }

    @Test
    void standardInput_isRead() throws IOException {
        assertThat(run(Files.newInputStream(Path.of(ERROR)), "-")).isEqualTo(1);

        assertThat(out.toString()).startsWith("<stdin>:20:7: error: The grace is shorter");
    }

    @Test
    void text_hasNoColoursOutsideATerminal() {
        run(ERROR);

        assertThat(out.toString()).doesNotContain("\u001b");
    }

    @Test
    void json_isReadByAProgram() throws IOException {
        run("--format", "json", ERROR, RULES + "ignored-nothing/good.yaml");

        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(report.at("/version").asInt()).isEqualTo(1);
        assertThat(report.findValuesAsText("rule"))
                .contains("grace-below-sum", "duplicate-object", "shell-entry-point");
        assertThat(report.at("/findings/0/line").isInt()).isTrue();
        assertThat(report.at("/suppressed/0/reason").asText()).isEqualTo("tini reaps, dash replaces itself");
    }

    @Test
    void sarif_isOfItsSchema() throws IOException {
        run("--format", "sarif", "src/test/resources/guide", RULES + "ignored-nothing/good.yaml", "no such file.yaml");

        JsonNode report = new ObjectMapper().readTree(out.toString());
        try (InputStream schema = LintCommandTest.class.getResourceAsStream("/sarif-2.1.0-excerpt.schema.json")) {
            assertThat(JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                            .getSchema(schema)
                            .validate(report))
                    .isEmpty();
        }
        JsonNode run = report.at("/runs/0");
        for (JsonNode result : run.get("results")) {
            assertThat(run.at("/tool/driver/rules/" + result.get("ruleIndex").asInt() + "/id")
                            .asText())
                    .isEqualTo(result.get("ruleId").asText());
        }
        assertThat(out.toString()).contains("no%20such%20file.yaml");
        assertThat(run.findValuesAsText("justification")).containsExactly("tini reaps, dash replaces itself");
    }

    @Test
    void github_isOneCommandForEachFinding() {
        assertThat(run("--format", "github", ERROR)).isEqualTo(1);

        assertThat(out.toString())
                .startsWith(
                        "::error file=target/rendered-fixtures/rules/grace-below-sum/bad.yaml,line=20,col=7,title=grace-below-sum"
                                + "::Deployment orders: The grace is shorter than the sum of the phases that it must contain. grace: 60 s (expected: >= 71 s")
                .hasLineCount(1);
    }

    @Test
    void github_escapesWhatWouldEndACommand() {
        assertThat(run(stream("a: 50%\n"), "--format", "github", "-")).isEqualTo(2);

        assertThat(out.toString())
                .contains("::error file=<stdin>,line=1,col=1,title=not-a-manifest::")
                .doesNotContain("50%");
    }

    @Test
    void summary_countsByRule_worstFirst() {
        assertThat(run("--summary", ERROR, NOTE, RULES + "shell-entry-point/bad.yaml"))
                .isEqualTo(1);

        assertThat(out.toString().lines().map(String::strip)).first().asString().matches("\\d+ error +[a-z-]+");
        assertThat(out.toString()).contains("     1 error    grace-below-sum\n").endsWith("objects\n");
        assertThat(run("--summary", "--format", "json", ERROR)).isEqualTo(2);
        assertThat(err.toString()).startsWith("--summary with --format json (expected: one of the two)");
    }

    @Test
    void kubernetesVersion_isThatWhoseFieldsAreKnown() {
        String pod =
                "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a, volumeMounts: "
                        + "[{name: tmp, mountPath: /tmp, bindMountOptions: [noexec]}]}], volumes: [{name: tmp, emptyDir: {}}]}\n";

        assertThat(run(stream(pod), "-")).isZero();
        assertThat(run(stream(pod), "--kubernetes-version", "1.36", "-")).isEqualTo(1);
        assertThat(out.toString())
                .contains("VolumeMount has no field 'bindMountOptions' in Kubernetes 1.36; 1.37 has one");
        assertThat(run(stream(pod), "--kubernetes-version", "1.20", "-")).isEqualTo(2);
        assertThat(err.toString()).startsWith("--kubernetes-version 1.20 (expected: one of 1.34, 1.35, 1.36, 1.37)");
    }

    @Test
    void findingsThatCannotBeWritten_areNoSuccess() {
        CommandLine command = LintCommand.commandLine(stream(""));
        command.setOut(new PrintWriter(new Writer() {
            @Override
            public void write(char[] buffer, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        }));
        command.setErr(new PrintWriter(err));

        assertThat(LintCommand.execute(command, GOOD)).isEqualTo(2);
        assertThat(err.toString()).startsWith("ebbtide-lint: standard output: cannot be written");
    }

    @Test
    void error_hasAMessage_andIsNoFinding() {
        var broken = new InputStream() {
            @Override
            public int read() {
                throw new StackOverflowError("too deep");
            }

            @Override
            public int read(byte[] buffer, int from, int length) {
                return read();
            }
        };

        assertThat(run(broken, "-")).isEqualTo(2);
        assertThat(err)
                .hasToString(
                        "ebbtide-lint: internal error, nothing was checked: java.lang.StackOverflowError: too deep%n"
                                .formatted());
    }

    @Test
    void rules_areListed() {
        assertThat(run("--rules")).isZero();

        assertThat(out.toString().lines()).hasSize(Rules.all().size()).hasSizeGreaterThanOrEqualTo(25);
    }

    @Test
    void explain_saysAllOfARule() {
        assertThat(run("--explain", "grace-mismatch")).isZero();

        assertThat(out.toString()).isEqualTo("""
                        grace-mismatch (error)
                          The process assumes a longer grace than the platform gives.

                          why      The process divides EBBTIDE_GRACE among its phases, but the kubelet kills it after terminationGracePeriodSeconds. The work that was planned for the time in between is lost.
                          expected EBBTIDE_GRACE <= terminationGracePeriodSeconds
                          fix      Set both to the same number.
                          ignore   metadata.annotations: {lint.ebbtide.io/ignore.grace-mismatch: "reason"}
                          docs     docs/operate/lint.md#grace-mismatch
                        """);
    }

    private int run(String... arguments) {
        return run(stream(""), arguments);
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private int run(InputStream in, String... arguments) {
        CommandLine command = LintCommand.commandLine(in);
        command.setOut(new PrintWriter(out));
        command.setErr(new PrintWriter(err));
        return LintCommand.execute(command, arguments);
    }
}
