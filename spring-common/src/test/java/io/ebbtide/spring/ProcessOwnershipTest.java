package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.spring.ProcessOwnership.Frame;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ProcessOwnershipTest {
    private static final Frame MAIN = new Frame("com.example.Shop", "main");

    @Test
    void threadOfMain_ownsTheProcess() {
        assertThat(ProcessOwnership.isOwner(
                        List.of(new Frame("org.springframework.boot.SpringApplication", "run"), MAIN)))
                .isTrue();
    }

    @Test
    void anotherThread_doesNot() {
        assertThat(ProcessOwnership.isOwner(List.of(MAIN, new Frame("java.lang.Thread", "run"))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.junit.platform.launcher.core.DefaultLauncher",
                "org.springframework.boot.test.context.SpringBootContextLoader",
                "org.springframework.boot.SpringApplicationAotProcessor",
                "org.springframework.boot.web.servlet.support.SpringBootServletInitializer",
                "org.testng.TestNG"
            })
    void programThatRunsApplications_keepsIt(String type) {
        assertThat(ProcessOwnership.isOwner(List.of(new Frame(type, "run"), MAIN)))
                .isFalse();
    }

    @Test
    void thisTest_doesNotOwnTheProcess() {
        assertThat(ProcessOwnership.ofThisThread()).isFalse();
    }
}
