package io.ebbtide.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kustomize and Helm come to the same. */
final class RenderingTest {
    private static final Map<Setup, Rendering> BY_KUSTOMIZE = new ConcurrentHashMap<>();

    /** All at a time: each is a process of its own. */
    @BeforeAll
    static void render() {
        Tool.assumeKustomize();
        Setup.all().parallel().forEach(setup -> BY_KUSTOMIZE.put(setup, Rendering.byKustomize(setup)));
    }

    @ParameterizedTest
    @MethodSource("io.ebbtide.examples.deploy.Setup#all")
    void kustomizeAndHelm_ofEachSetup_makeTheSameObjects(Setup setup) {
        Rendering kustomize = BY_KUSTOMIZE.get(setup).comparable();
        Rendering helm = Rendering.byHelm(setup).comparable();

        assertThat(helm.objects().keySet()).isEqualTo(kustomize.objects().keySet());
        assertThat(helm.objects())
                .allSatisfy((name, object) -> assertThat(object).isEqualTo(kustomize.get(name)));
        assertThat(helm.objects()).hasSizeGreaterThanOrEqualTo(14);
    }

    /** Otherwise its 44 s would take the place of the balancer's 80 s without a word. */
    @Test
    void mesh_listedAfterTheBalancer_isRefusedByKustomize() {
        Tool.Result result = Rendering.kustomize(Setup.with(List.of("aws-alb", "istio")));

        assertThat(result.exit()).isNotZero();
        assertThat(result.errors()).contains("terminationGracePeriodSeconds failed: test failed");
    }
}
