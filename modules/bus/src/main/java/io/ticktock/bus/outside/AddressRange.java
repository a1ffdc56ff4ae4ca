package io.ticktock.bus.outside;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A range of addresses such as {@code 10.0.0.0/8} or {@code fd00::/8}; without a slash, one address. */
public final class AddressRange {

    /** Anything else would be looked up as a name. */
    private static final Pattern NUMERIC = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*");

    private final byte[] base;
    private final int prefixBits;

    private AddressRange(byte[] base, int prefixBits) {
        this.base = base;
        this.prefixBits = prefixBits;
    }

    /** Throws IllegalArgumentException when the text is no range. */
    public static AddressRange parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!NUMERIC.matcher(address).matches()) {
            throw invalid(text);
        }
        byte[] base = bytes(address, text);
        int bits = slash < 0 ? base.length * Byte.SIZE : bits(text.substring(slash + 1), base.length * Byte.SIZE, text);
        return new AddressRange(base, bits);
    }

    /** Whether the address is in it. A range of one address family holds no address of the other. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != base.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if (((bytes[bit / Byte.SIZE] ^ base[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] bytes(String address, String text) {
        try {
            return InetAddress.getAllByName(address)[0].getAddress();
        } catch (UnknownHostException e) {
            throw (IllegalArgumentException) invalid(text).initCause(e);
        }
    }

    private static int bits(String number, int most, String text) {
        try {
            int bits = Integer.parseInt(number);
            if (bits >= 0 && bits <= most) {
                return bits;
            }
        } catch (NumberFormatException e) {
            throw (IllegalArgumentException) invalid(text).initCause(e);
        }
        throw invalid(text);
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is no range of addresses; write it like 10.0.0.0/8, fd00::/8 or 10.1.2.3");
    }
}
