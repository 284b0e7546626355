package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The schema in the jar is what Kubernetes' own Java client says of its version; {@link KubernetesModels} writes a new one. */
final class KubernetesSchemaTest {
    /** The version of Kubernetes whose client is on the class path. */
    private static final String VERSION = "1.36";

    private static final Schema SCHEMA = Schema.of(VERSION);

    @Test
    @Tag("extended")
    void kinds_areThoseOfTheClient() throws Exception {
        var found = new TreeMap<String, String>();
        for (String kind : KubernetesModels.ofClassPath().kinds().keySet()) {
            String[] words = kind.split(" ", -1);
            found.put(kind, String.valueOf(SCHEMA.typeOf(words[0], words[1])));
        }

        assertThat(found).isEqualTo(KubernetesModels.ofClassPath().kinds()).hasSizeGreaterThan(80);
    }

    @Test
    @Tag("extended")
    void fields_areThoseOfTheClient() throws Exception {
        for (Map.Entry<String, Map<String, String>> type :
                KubernetesModels.ofClassPath().types().entrySet()) {
            var fields = new TreeMap<String, String>();
            SCHEMA.fields(type.getKey())
                    .forEach((name, field) -> fields.put(name, field.type() + (field.required() ? "!" : "")));

            assertThat(fields).as(type.getKey()).isEqualTo(type.getValue());
        }
    }

    @Test
    void versions_areTheLastFour() {
        assertThat(Schema.versions()).containsExactly("1.34", "1.35", "1.36", "1.37");
        assertThat(Schema.kubernetes().version()).isEqualTo("1.37");
    }

    @Test
    void field_isThereFromItsVersionOn() {
        assertThat(Schema.of("1.36").fields("V1VolumeMount")).doesNotContainKey("bindMountOptions");
        assertThat(Schema.of("1.37").fields("V1VolumeMount")).containsKey("bindMountOptions");
        assertThat(Schema.of("1.35").fields("V1PodSpec")).containsKey("workloadRef");
        assertThat(Schema.of("1.36").fields("V1PodSpec")).doesNotContainKey("workloadRef");
        assertThat(Schema.elsewhere("V1PodSpec", "workloadRef")).isEqualTo("1.35");
    }

    @Test
    void kind_isThereWhileItIsServed() {
        assertThat(Schema.of("1.34").typeOf("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"))
                .isNull();
        assertThat(Schema.of("1.36").typeOf("admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"))
                .isNotNull();
        assertThat(Schema.of("1.36").typeOf("networking.k8s.io/v1beta1", "IPAddress"))
                .isNotNull();
        assertThat(Schema.of("1.37").typeOf("networking.k8s.io/v1beta1", "IPAddress"))
                .isNull();
    }

    @Test
    void removedKinds_namePlacesThatAreServed() {
        for (String line : Schema.lines("removed-apis.txt")) {
            String[] words = line.split(" ", -1);
            assertThat(words).as(line).hasSize(4);
            if (!words[3].equals("-") && Schema.minor(words[2]) <= 37) {
                assertThat(Schema.kubernetes().typeOf(words[3], words[1]))
                        .as(line)
                        .isNotNull();
            }
        }
    }

    @Test
    void knownValues_areOfFieldsThatAreThere() {
        for (String line : Schema.lines("kubernetes-values.txt")) {
            String type = line.substring(0, line.indexOf('.'));
            String field = line.substring(line.indexOf('.') + 1, line.indexOf(':'));
            assertThat(Schema.kubernetes().fields(type)).as(line).containsKey(field);
        }
    }
}
