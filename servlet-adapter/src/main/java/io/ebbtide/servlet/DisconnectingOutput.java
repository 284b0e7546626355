package io.ebbtide.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** The container's stream, which checks before each write whether the client is to be asked to disconnect. */
final class DisconnectingOutput extends ServletOutputStream {
    private final ServletOutputStream container;
    private final DisconnectingResponse response;

    DisconnectingOutput(ServletOutputStream container, DisconnectingResponse response) {
        this.container = container;
        this.response = response;
    }

    @Override
    public void write(int b) throws IOException {
        response.beforeBody();
        try {
            container.write(b);
        } catch (IOException e) {
            throw response.failed(e);
        }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        response.beforeBody();
        try {
            container.write(bytes, from, length);
        } catch (IOException e) {
            throw response.failed(e);
        }
    }

    @Override
    public void flush() throws IOException {
        response.beforeBody();
        try {
            container.flush();
        } catch (IOException e) {
            throw response.failed(e);
        }
    }

    @Override
    public void close() throws IOException {
        response.returned();
        try {
            container.close();
        } catch (IOException e) {
            throw response.failed(e);
        } finally {
            response.closed();
        }
    }

    @Override
    public boolean isReady() {
        return container.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        container.setWriteListener(listener);
    }
}
