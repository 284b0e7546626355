package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Document;
import io.ebbtide.lint.read.Documents;
import io.ebbtide.lint.read.Limits;
import io.ebbtide.lint.read.Manifest;
import io.ebbtide.lint.read.Value;
import java.util.ArrayList;
import java.util.List;

/** The Services that an Ingress or a route sends to. */
public final class Backends {
    private static final String ACTIONS = "alb.ingress.kubernetes.io/actions.";
    private static final Limits LIMITS = new Limits(1, 16, 2_000);

    private Backends() {}

    /**
     * A reference to a Service.
     *
     * @param service its name
     * @param namespace its namespace
     * @param port its port, by name or number; absent if none is named
     * @param place the place of the reference
     */
    public record Backend(String service, String namespace, Value port, Value place) {}

    public static List<Backend> of(Manifest manifest) {
        return manifest.kind().equals("Ingress") ? ofIngress(manifest) : ofRoute(manifest);
    }

    static List<Backend> ofIngress(Manifest ingress) {
        var backends = new ArrayList<Backend>();
        add(ingress, ingress.at("spec.defaultBackend"), backends);
        for (Value rule : ingress.at("spec.rules").items()) {
            for (Value path : rule.at("http.paths").items()) {
                add(ingress, path.field("backend"), backends);
            }
        }
        return backends;
    }

    private static void add(Manifest ingress, Value backend, List<Backend> backends) {
        Value service = backend.field("service");
        if (service.exists()) {
            Value name = service.at("port.name");
            if (name.text().equals("use-annotation")) {
                ofAction(ingress, service.field("name").text(), backends);
                return;
            }
            backends.add(new Backend(
                    service.field("name").text(),
                    ingress.namespace(),
                    name.exists() ? name : service.at("port.number"),
                    service.field("name")));
        }
    }

    /**
     * The Services of an action that the AWS Load Balancer Controller reads from an annotation, {@code actions.NAME}: none for a
     * redirect or a fixed response.
     */
    private static void ofAction(Manifest ingress, String name, List<Backend> backends) {
        Value annotation = ingress.annotation(ACTIONS + name);
        for (Document each : Documents.of(annotation.text(), LIMITS).read()) {
            Value action = each.root();
            List<Value> groups =
                    new ArrayList<>(action.at("forwardConfig.targetGroups").items());
            groups.add(action);
            for (Value group : groups) {
                Value service = group.field("serviceName");
                if (service.exists()) {
                    backends.add(
                            new Backend(service.text(), ingress.namespace(), group.field("servicePort"), annotation));
                }
            }
        }
    }

    private static List<Backend> ofRoute(Manifest route) {
        var backends = new ArrayList<Backend>();
        for (Value rule : route.at("spec.rules").items()) {
            for (Value ref : rule.field("backendRefs").items()) {
                if (ref.field("kind").textOr("Service").equals("Service")) {
                    backends.add(new Backend(
                            ref.field("name").text(),
                            ref.field("namespace").textOr(route.namespace()),
                            ref.field("port"),
                            ref.field("name")));
                }
            }
        }
        return backends;
    }
}
