package io.ticktock.bus.outside;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses may be connected to: the public ones, and those that the configuration allows. A graph's author must
 * not reach what only this machine or its network should, nor whoever makes a webhook.
 */
public final class AddressPolicy {

    /** The special-purpose addresses of IPv4: this network, private, carrier-grade NAT, loopback, link-local, … */
    private static final List<AddressRange> NOT_PUBLIC_4 = ranges(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** Outside it are unspecified, loopback, mapped, translated, unique-local, link-local and multicast addresses. */
    private static final AddressRange GLOBAL_UNICAST_6 = AddressRange.parse("2000::/3");

    /** Protocol assignments with Teredo, documentation, and 6to4, which hides an IPv4 address. */
    private static final List<AddressRange> NOT_PUBLIC_6 =
            ranges("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    private static final int IPV4_BYTES = 4;

    private final List<AddressRange> allowed;

    /** Besides public addresses, these ranges are allowed. */
    public AddressPolicy(List<AddressRange> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    public boolean allows(InetAddress address) {
        return isPublic(address) || allowed.stream().anyMatch(range -> range.contains(address));
    }

    private static boolean isPublic(InetAddress address) {
        if (address.getAddress().length == IPV4_BYTES) {
            return NOT_PUBLIC_4.stream().noneMatch(range -> range.contains(address));
        }
        return GLOBAL_UNICAST_6.contains(address) && NOT_PUBLIC_6.stream().noneMatch(range -> range.contains(address));
    }

    private static List<AddressRange> ranges(String... texts) {
        return Stream.of(texts).map(AddressRange::parse).toList();
    }
}
