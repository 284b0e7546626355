package io.ebbtide.examples.load;

import io.ebbtide.internal.Expect;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request that a client sends. Immutable. Its text contains neither header values nor the query nor the body: they may hold secrets.
 *
 * @param uri http or https, with a host and without user info
 * @param method GET, HEAD, POST, PUT, PATCH or DELETE
 * @param body the request's body; null for none
 * @param headers the values of headers, by name
 */
record Target(URI uri, String method, @Nullable String body, Map<String, String> headers) {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH", "DELETE");

    Target {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw Expect.wrong("--url", uri.getScheme() + "://" + uri.getHost(), "http://host or https://host");
        }
        if (uri.getRawUserInfo() != null) {
            throw Expect.wrong("--url", "one with user info", "one without; use --header Authorization=...");
        }
        if (!METHODS.contains(method)) {
            throw Expect.wrong("--method", method, "one of GET, HEAD, POST, PUT, PATCH, DELETE");
        }
        if (body != null && !WITH_BODY.contains(method)) {
            throw Expect.wrong("--body", "set", "none with --method " + method);
        }
        headers = Map.copyOf(headers);
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException if the text is not a URL
     */
    static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "--url: " + e.getReason() + " (expected: a URL such as http://127.0.0.1:8080/)", e);
        }
    }

    /** The port; the default one if the URL names none. */
    int port() {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /** The path, {@code /} at least, with the query. */
    String pathAndQuery() {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** The method and the URL without its query, for logs and reports. */
    String shown() {
        String host = uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        return method + " " + uri.getScheme() + "://" + host + path + (uri.getRawQuery() == null ? "" : "?...");
    }

    /**
     * Whether every address of the host is a loopback address. Resolves the host, which blocks as long as the resolver does.
     *
     * @throws IllegalArgumentException if the host is unknown
     */
    boolean isLoopback() {
        try {
            return Arrays.stream(InetAddress.getAllByName(uri.getHost())).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("--url: the host %s is unknown".formatted(uri.getHost()), e);
        }
    }

    @Override
    public String toString() {
        return shown();
    }
}
