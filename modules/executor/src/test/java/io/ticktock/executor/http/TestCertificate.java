package io.ticktock.executor.http;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** A self-made certificate for one host name, made with the Java runtime's own tool. */
record TestCertificate(Path keyStore, String password, Path pem) {

    private static final String PASSWORD = "test-only";
    private static final String ALIAS = "test";

    static TestCertificate make(Path folder, String host)
            throws IOException, InterruptedException, GeneralSecurityException {
        Path keyStore = folder.resolve("key.p12");
        makeKey(keyStore, host);
        Path pem = folder.resolve("certificate.pem");
        Files.writeString(pem, pemOf(keyStore));
        return new TestCertificate(keyStore, PASSWORD, pem);
    }

    private static String pemOf(Path keyStore) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream stream = Files.newInputStream(keyStore)) {
            store.load(stream, PASSWORD.toCharArray());
        }
        byte[] certificate = store.getCertificate(ALIAS).getEncoded();
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(certificate)
                + "\n-----END CERTIFICATE-----\n";
    }

    private static void makeKey(Path keyStore, String host) throws IOException, InterruptedException {
        String keytool =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        Process process = new ProcessBuilder(
                        keytool,
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-validity",
                        "2",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keyStore.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool failed");
        }
    }
}
