package io.ebbtide.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ebbtide.spring.actuate.EbbtideEndpointProperties;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Each property is in the metadata that editors read, and in the guide. */
final class PropertiesReferenceTest {
    private static final Path GUIDE = Path.of("..", "docs", "guide", "spring-boot.md");

    private static Map<String, RecordComponent> properties() {
        return Stream.concat(
                        named("ebbtide.", EbbtideProperties.class),
                        named("management.endpoint.ebbtide.", EbbtideEndpointProperties.class))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Stream<Map.Entry<String, RecordComponent>> named(String prefix, Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(each -> Map.entry(prefix + DurationsWithUnit.kebab(each.getName()), each));
    }

    private static Map<String, JsonNode> metadata() throws Exception {
        Map<String, JsonNode> metadata = new TreeMap<>();
        Path json = Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json");
        new ObjectMapper()
                .readTree(json.toFile())
                .path("properties")
                .forEach(each -> metadata.put(each.path("name").asText(), each));
        return metadata;
    }

    @Test
    void eachProperty_hasMetadata_withTypeDescriptionAndDefault() throws Exception {
        Map<String, JsonNode> metadata = metadata();

        assertThat(metadata).containsKeys(properties().keySet().toArray(String[]::new));
        properties().forEach((name, component) -> {
            JsonNode entry = metadata.get(name);
            assertThat(entry.path("type").asText()).as(name).isNotEmpty();
            assertThat(entry.path("description").asText())
                    .as(name)
                    .isNotEmpty()
                    .endsWith(".")
                    .doesNotContain("{@");
            DefaultValue value = component.getAccessor().getAnnotation(DefaultValue.class);
            if (value != null && value.value().length == 1) {
                assertThat(entry.path("defaultValue").asText()).as(name).isEqualTo(value.value()[0]);
            }
        });
    }

    @Test
    void eachPropertyWithoutAConstantDefault_saysInItsDescriptionWhatIsUsed() throws Exception {
        Map<String, JsonNode> metadata = metadata();

        assertThat(properties().keySet().stream()
                        .filter(name -> metadata.get(name).path("defaultValue").isMissingNode())
                        .filter(name ->
                                !metadata.get(name).path("description").asText().contains("Default: "))
                        .toList())
                .isEmpty();
    }

    @Test
    void eachProperty_isInTheGuide_andTheGuideHasNoOther() throws Exception {
        String guide = Files.readString(GUIDE);

        assertThat(properties().keySet()).allSatisfy(name -> assertThat(guide).contains("`" + name + "`"));
        assertThat(Pattern.compile("`((management\\.endpoint\\.)?ebbtide\\.[a-z-.]+)`")
                        .matcher(guide)
                        .results()
                        .map(match -> match.group(1))
                        .distinct()
                        .toList())
                .isSubsetOf(properties().keySet());
    }
}
