package io.ticktock.bus.outside;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.255.254",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "64:ff9b::7f00:1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::1",
                "3fff::1",
                "fc00::1",
                "fd12:3456::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void whatIsNotPublicIsRefused(String address) throws UnknownHostException {
        InetAddress parsed = address(address);
        boolean mappedPublic = address.equals("::ffff:8.8.8.8");
        assertEquals(mappedPublic, new AddressPolicy(List.of()).allows(parsed), address);
    }

    @Test
    void aMappedAddressInItsLongFormIsRefused() throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = (byte) 0xff;
        bytes[11] = (byte) 0xff;
        bytes[12] = 127;
        bytes[15] = 1;
        InetAddress mapped = java.net.Inet6Address.getByAddress(null, bytes, 0);
        assertEquals(16, mapped.getAddress().length);
        assertEquals(false, new AddressPolicy(List.of()).allows(mapped));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "169.253.0.1",
                "192.167.0.1",
                "198.17.0.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001::8a"
            })
    void whatIsPublicIsAllowed(String address) throws UnknownHostException {
        assertTrue(new AddressPolicy(List.of()).allows(address(address)), address);
    }

    @Test
    void whatTheConfigurationAllowsIsAllowedAndNothingBeside() throws UnknownHostException {
        AddressPolicy policy = new AddressPolicy(Stream.of("10.1.0.0/16", "127.0.0.1", "fd00::/8")
                .map(AddressRange::parse)
                .toList());
        assertTrue(policy.allows(address("10.1.255.3")));
        assertTrue(policy.allows(address("127.0.0.1")));
        assertTrue(policy.allows(address("fd12::1")));
        assertEquals(false, policy.allows(address("10.2.0.1")));
        assertEquals(false, policy.allows(address("127.0.0.2")));
        assertEquals(false, policy.allows(address("fc00::1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "example.com/8", "1.2.3.4.5"})
    void whatIsNoRangeIsRefused(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> AddressRange.parse(text));
        assertTrue(refused.getMessage().contains("is no range of addresses"), refused.getMessage());
    }

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getAllByName(text)[0];
    }
}
