package io.ebbtide.lint.model;

import io.ebbtide.lint.read.Manifest;
import java.util.stream.Stream;

/** The Ingresses and routes of an input, and the workloads behind them. */
public final class Routes {
    private Routes() {}

    /** The Ingresses and the routes of Gateways. */
    public static Stream<Manifest> all(World world) {
        return Stream.of(
                        world.all("networking.k8s.io", "Ingress"),
                        world.all("gateway.networking.k8s.io", "HTTPRoute"),
                        world.all("gateway.networking.k8s.io", "GRPCRoute"))
                .flatMap(each -> each);
    }

    /** The Ingresses of any group. */
    public static Stream<Manifest> ingresses(World world) {
        return world.manifests().stream().filter(each -> each.kind().equals("Ingress"));
    }

    /** The workloads that an Ingress or route sends to. */
    public static Stream<Workload> workloadsBehind(World world, Manifest route) {
        return Backends.of(route).stream()
                .flatMap(each -> world.find(route, "", "Service", each.namespace(), each.service()).stream())
                .flatMap(each -> world.selectedBy(each).stream());
    }
}
