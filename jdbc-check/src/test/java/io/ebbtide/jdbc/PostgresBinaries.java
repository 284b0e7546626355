package io.ebbtide.jdbc;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** PostgreSQL's programs, unpacked once below {@code target}. Safe for use by many threads. */
final class PostgresBinaries {
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private PostgresBinaries() {}

    private static final class Holder {
        static final Path FOLDER = unpacked();
    }

    /** A program's command line: PostgreSQL refuses to run as root, so root runs it in a user namespace. */
    static List<String> command(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (LinuxUtils.isUnshareAvailable()) { // false for other users
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(Holder.FOLDER.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path unpacked() {
        try {
            byte[] archive = archive();
            var digest = new CRC32();
            digest.update(archive);
            Path folder = TARGET.resolve("postgres-%08x".formatted(digest.getValue()));
            if (!Files.isDirectory(folder)) {
                Path draft = Files.createTempDirectory(Files.createDirectories(TARGET), "postgres-draft");
                unpack(archive, draft);
                if (!draft.toFile().renameTo(folder.toFile())) { // another JVM was faster
                    delete(draft);
                }
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] archive() throws IOException {
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : "Linux";
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            if (in == null) {
                throw new IOException("PostgreSQL: %s on %s (expected: a platform that the test dependencies cover)"
                        .formatted(system, machine));
            }
            return in.readAllBytes();
        }
    }

    private static void unpack(byte[] archive, Path folder) throws IOException {
        try (var entries = new TarArchiveInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path path = folder.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(entries, path);
                    if ((entry.getMode() & 0100) != 0 && !path.toFile().setExecutable(true)) {
                        throw new IOException(path + " cannot be made executable");
                    }
                }
            }
        }
    }
}
