package io.ebbtide.tomcat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A folder for files that Tomcat writes, which Tomcat requires; deleted with the server. */
final class BaseFolder {
    private final Path path;

    private BaseFolder(Path path) {
        this.path = path;
    }

    static BaseFolder create() throws IOException {
        return new BaseFolder(Files.createTempDirectory("ebbtide-tomcat-"));
    }

    Path path() {
        return path;
    }

    void delete() throws IOException {
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
