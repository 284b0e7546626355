package io.ebbtide.jetty;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers {@code /work/<millis>} after so many milliseconds, on a worker thread that waits. */
final class TimedHandler extends Handler.Abstract {
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws InterruptedException {
        String path = Request.getPathInContext(request);
        long millis = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
        boolean released = NEVER.await(millis, TimeUnit.MILLISECONDS);
        Content.Sink.write(response, true, released ? "impossible" : "worked " + millis + " ms", callback);
        return true;
    }
}
