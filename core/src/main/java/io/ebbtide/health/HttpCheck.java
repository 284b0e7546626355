package io.ebbtide.health;

import io.ebbtide.internal.Expect;
import io.ebbtide.internal.Redact;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.Callable;

/** Sends a GET and checks the status. */
final class HttpCheck implements Callable<Outcome> {
    private static final int SOCKET_TIMEOUT_MILLIS = 10_000;

    private final URI url;

    HttpCheck(URI url) {
        boolean web = Expect.present(url, "url").getHost() != null
                && Set.of("http", "https").contains(String.valueOf(url.getScheme()));
        if (!web || url.getRawUserInfo() != null) {
            throw Expect.wrong(
                    "url", Redact.text(url.toString()), "http:// or https:// with a host and without user info");
        }
        this.url = url;
    }

    /*
     * The JDK's newer client keeps a thread for as long as it is reachable; this client keeps none. Its socket timeouts
     * only limit how long a run that is past its own timeout may hold its thread.
     */
    @Override
    public Outcome call() throws IOException {
        var connection = (HttpURLConnection) url.toURL().openConnection();
        connection.setConnectTimeout(SOCKET_TIMEOUT_MILLIS);
        connection.setReadTimeout(SOCKET_TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("User-Agent", "ebbtide-check");
        connection.setRequestProperty("Connection", "close");
        try {
            int status = connection.getResponseCode();
            Outcome outcome = status >= 200 && status < 300 ? Outcome.up() : Outcome.down("answered " + status);
            return outcome.with("status", status);
        } catch (UnknownHostException e) {
            return Outcome.down("host name not found");
        } catch (ConnectException e) {
            return Outcome.down("connection refused");
        } finally {
            connection.disconnect();
        }
    }
}
