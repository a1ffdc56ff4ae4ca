package io.ticktock.launcher.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Some members each in a network namespace of its own, on a bridge with the others and the test. A member that is cut off
 * sends and hears nothing more, and nobody is told: no connection ends, packets just get lost. It takes the right to make
 * networks, and the command {@code ip}.
 */
public final class Namespaces implements Network {

    private static final int PORT = 7801;
    private static final int TEST = 1;
    private static final int FIRST_MEMBER = 10;

    private final String name = "tt" + ProcessHandle.current().pid();
    private final String subnet = "10." + (128 + ProcessHandle.current().pid() % 100) + "."
            + ProcessHandle.current().pid() / 100 % 250 + ".";
    private final Set<Integer> apart;
    private final Certificate certificate;

    private Namespaces(Set<Integer> apart, Certificate certificate) {
        this.apart = Set.copyOf(apart);
        this.certificate = certificate;
    }

    /**
     * Makes them. Fails with the reason where that is not permitted.
     *
     * @param apart members that have one
     */
    public static Namespaces make(Set<Integer> apart, Certificate certificate) throws IOException {
        Namespaces made = new Namespaces(apart, certificate);
        try {
            made.make();
            return made;
        } catch (IOException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private void make() throws IOException {
        run("ip", "link", "add", bridge(), "type", "bridge");
        run("ip", "addr", "add", subnet + TEST + "/24", "dev", bridge());
        run("ip", "link", "set", bridge(), "up");
        for (int member : apart) {
            String namespace = namespace(member);
            run("ip", "netns", "add", namespace);
            run("ip", "link", "add", wire(member), "type", "veth", "peer", "name", "eth0", "netns", namespace);
            run("ip", "link", "set", wire(member), "master", bridge(), "up");
            run("ip", "-n", namespace, "addr", "add", host(member) + "/24", "dev", "eth0");
            run("ip", "-n", namespace, "link", "set", "eth0", "up");
            run("ip", "-n", namespace, "link", "set", "lo", "up");
        }
    }

    /** Where the test is reached from everywhere. */
    public String testHost() {
        return subnet + TEST;
    }

    public Set<Integer> apart() {
        return apart;
    }

    /** From everybody else. */
    public void cutOff(int member) throws IOException {
        run("ip", "link", "set", wire(member), "down");
    }

    public void connect(int member) throws IOException {
        run("ip", "link", "set", wire(member), "up");
    }

    /** Those that are marked reach everybody but each other. */
    public void part(Set<Integer> members, boolean parted) throws IOException {
        for (int member : members) {
            run("bridge", "link", "set", "dev", wire(member), "isolated", parted ? "on" : "off");
        }
    }

    @Override
    public String host(int member) {
        return subnet + (apart.contains(member) ? FIRST_MEMBER + member : TEST);
    }

    @Override
    public int freePort(int member) {
        return apart.contains(member) ? PORT : ServerPorts.free(host(member));
    }

    @Override
    public List<String> prefix(int member) {
        return apart.contains(member) ? List.of("ip", "netns", "exec", namespace(member)) : List.of();
    }

    @Override
    public Optional<Certificate> certificate() {
        return Optional.of(certificate);
    }

    /** Of what was made, whatever there is. */
    @Override
    public void close() {
        List<String> left = new ArrayList<>();
        for (int member : apart) {
            removed(left, "ip", "netns", "delete", namespace(member));
        }
        removed(left, "ip", "link", "delete", bridge());
        if (!left.isEmpty()) {
            System.out.println("namespaces: not removed: " + left);
        }
    }

    private static void removed(List<String> left, String... command) {
        try {
            run(command);
        } catch (IOException e) {
            left.add(e.getMessage());
        }
    }

    private String bridge() {
        return name + "b";
    }

    private String namespace(int member) {
        return name + "n" + member;
    }

    private String wire(int member) {
        return name + "v" + member;
    }

    private static void run(String... command) throws IOException {
        Command.run(command);
    }
}
