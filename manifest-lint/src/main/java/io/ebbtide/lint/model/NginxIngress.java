package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.Optional;

/** Which Ingresses belong to ingress-nginx. */
public final class NginxIngress {
    /** The prefix of its annotations. */
    public static final String PREFIX = "nginx.ingress.kubernetes.io/";

    private NginxIngress() {}

    /** The field that shows that this Ingress belongs to ingress-nginx; empty if there is none. */
    public static Optional<Value> shownBy(World world, Manifest ingress) {
        Optional<Value> annotation = ingress.at("metadata.annotations").fields().stream()
                .filter(each -> each.key().startsWith(PREFIX))
                .findFirst();
        if (annotation.isPresent()) {
            return annotation;
        }
        Value old = ingress.annotation("kubernetes.io/ingress.class");
        boolean others = world.all("networking.k8s.io", "IngressClass")
                        .anyMatch(each -> each.name().equals(old.text()) && !isNginx(each))
                || ingress.at("metadata.annotations").fields().stream()
                        .anyMatch(each -> each.key().startsWith("nginx.org/")
                                || each.key().startsWith("nginx.com/"));
        if (old.text().equals("nginx") && !others) {
            return Optional.of(old);
        }
        Value className = ingress.at("spec.ingressClassName");
        boolean ours = world.all("networking.k8s.io", "IngressClass")
                .anyMatch(each -> each.name().equals(className.text()) && isNginx(each));
        return ours ? Optional.of(className) : Optional.empty();
    }

    /** Whether this IngressClass is that of ingress-nginx. */
    public static boolean isNginx(Manifest ingressClass) {
        return ingressClass.at("spec.controller").text().equals("k8s.io/ingress-nginx");
    }
}
