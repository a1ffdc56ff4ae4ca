package io.ticktock.api.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.Base64URL;

/** Whether one key has signed something. */
@FunctionalInterface
interface SignatureCheck {

    boolean verify(JWSHeader header, byte[] signed, Base64URL signature) throws JOSEException;
}
