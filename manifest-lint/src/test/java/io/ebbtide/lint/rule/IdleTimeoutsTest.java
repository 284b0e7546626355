package io.ebbtide.lint.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ebbtide.lint.Orders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdleTimeoutsTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "1000h", "99999999999999s", "75", "1m15s", "1d"})
    void keepAliveOfNginx_thatIsOffOrLongerThanTheProxys_doesNotRace(String timeout) {
        assertThat(Orders.rules(behindNginx(timeout))).doesNotContain("idle-timeouts-race", "unreadable-input");
    }

    @Test
    void keepAliveOfNginx_thatIsShorterThanTheProxys_races() {
        assertThat(Orders.rules(behindNginx("30"))).contains("idle-timeouts-race");
    }

    private static String behindNginx(String timeout) {
        return Orders.with("#spec", "volumes: [{name: c, configMap: {name: nginx}}]") + """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: nginx, namespace: shop}
                data:
                  nginx.conf: |
                    http {
                      keepalive_timeout %s;
                    }
                ---
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: {name: i, namespace: shop, annotations: {nginx.ingress.kubernetes.io/proxy-read-timeout: "30"}}
                spec:
                  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: orders, port: {number: 80}}}}]}}]
                """.formatted(timeout);
    }
}
