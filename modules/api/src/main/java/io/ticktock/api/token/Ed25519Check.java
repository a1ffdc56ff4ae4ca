package io.ticktock.api.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/** Ed25519 of the Java runtime, for which the library would need another one. */
record Ed25519Check(PublicKey key) implements SignatureCheck {

    private static final int KEY_BYTES = 32;
    private static final int SIGNATURE_BYTES = 64;
    private static final int SIGN_BIT = 0x80;

    static Ed25519Check of(OctetKeyPair pair) throws JOSEException {
        byte[] encoded = pair.getDecodedX();
        if (encoded.length != KEY_BYTES) {
            throw new JOSEException("a key of Ed25519 is " + KEY_BYTES + " bytes long, not " + encoded.length);
        }
        boolean isOdd = (encoded[KEY_BYTES - 1] & SIGN_BIT) != 0;
        try {
            EdECPoint point = new EdECPoint(isOdd, y(encoded));
            return new Ed25519Check(KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point)));
        } catch (GeneralSecurityException e) {
            throw new JOSEException("no key of Ed25519", e);
        }
    }

    /** Little-endian, with the sign of x in the highest bit. */
    private static BigInteger y(byte[] encoded) {
        byte[] bigEndian = new byte[KEY_BYTES];
        for (int i = 0; i < KEY_BYTES; i++) {
            bigEndian[i] = encoded[KEY_BYTES - 1 - i];
        }
        bigEndian[0] &= (byte) ~SIGN_BIT;
        return new BigInteger(1, bigEndian);
    }

    @Override
    public boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException {
        byte[] bytes = signature.decode();
        if (bytes.length != SIGNATURE_BYTES) {
            return false;
        }
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(signed);
            return ed25519.verify(bytes);
        } catch (GeneralSecurityException e) {
            throw new JOSEException("the signature cannot be checked", e);
        }
    }
}
