package io.ticktock.cluster;

import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a member shows to others and asks of them: whoever has no certificate of the authority is no member.
 *
 * @param certificate PEM file of the member's certificate chain
 * @param key PEM file of its key, PKCS #8
 * @param authority PEM file of the certificates that vouch for members, and for nobody else
 */
public record ClusterTls(Path certificate, Path key, Path authority) {

    static final String PROTOCOL = "TLSv1.3";

    private static final List<String> KEY_KINDS = List.of("EC", "RSA", "EdDSA");
    private static final char[] IN_MEMORY = new char[0];

    PemKeyCertOptions identity() {
        return new PemKeyCertOptions().addCertPath(certificate.toString()).addKeyPath(key.toString());
    }

    PemTrustOptions trust() {
        return new PemTrustOptions().addCertPath(authority.toString());
    }

    /** For what speaks no Vert.x; throws IllegalArgumentException that names the setting whose file is not right. */
    SSLContext context() {
        try {
            KeyStore own = empty();
            own.setKeyEntry("member", privateKey(), IN_MEMORY, chain("certificate", certificate));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, IN_MEMORY);
            KeyStore trusted = empty();
            for (Certificate vouching : chain("authority", authority)) {
                trusted.setCertificateEntry("authority-" + trusted.size(), vouching);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "cluster.tls_certificate, cluster.tls_key and cluster.tls_authority do not go together", e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate[] chain(String what, Path file) {
        try (var stream = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(stream);
            if (!found.isEmpty()) {
                return found.toArray(Certificate[]::new);
            }
            throw new IllegalArgumentException(wrong(what));
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(wrong(what), e);
        }
    }

    private static String wrong(String what) {
        return "cluster.tls_" + what + " must be a file of PEM certificates";
    }

    private PrivateKey privateKey() {
        try {
            String pem = Files.readString(key, StandardCharsets.US_ASCII);
            String body = pem.replaceAll("(?s).*-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----.*", "$1");
            PKCS8EncodedKeySpec encoded =
                    new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body));
            for (String kind : KEY_KINDS) {
                PrivateKey read = keyOf(kind, encoded);
                if (read != null) {
                    return read;
                }
            }
            throw new InvalidKeySpecException("of none of these kinds");
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(wrongKey(), e);
        }
    }

    private static String wrongKey() {
        return "cluster.tls_key must be a PEM file of a private key of kind EC, RSA or EdDSA, as PKCS #8";
    }

    /** Null when it is of another kind. */
    private static PrivateKey keyOf(String kind, PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(kind).generatePrivate(encoded);
        } catch (InvalidKeySpecException e) {
            return null;
        }
    }
}
