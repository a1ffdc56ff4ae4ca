package io.ticktock.launcher.faults;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.zip.ZipFile;

/**
 * A class of the packed program in which a text is another, or a method that it calls is one of another class. Its file goes
 * before the jar on the class path: a program with a known fault, so that a test can show that it would see it.
 *
 * <p>Only the constants of the class file change, which the rest of it refers to by number.
 */
public final class AlteredClass {

    private static final int MAGIC_AND_VERSION_BYTES = 8;
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int METHOD_OF_INTERFACE = 11;

    /** An entry of the constant pool: a text, or bytes as they are. */
    private static final class Constant {

        private final int tag;
        private final String text;
        private final byte[] bytes;

        Constant(int tag, String text, byte[] bytes) {
            this.tag = tag;
            this.text = text;
            this.bytes = bytes;
        }

        int number(int at) {
            return ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
        }
    }

    private final String file;
    private final byte[] head;
    /** By number; there is none at 0, nor after a long or a double. */
    private final List<Constant> constants = new ArrayList<>();

    private final byte[] rest;
    private boolean hasChanged;

    private AlteredClass(String file, DataInputStream content) throws IOException {
        this.file = file;
        this.head = content.readNBytes(MAGIC_AND_VERSION_BYTES);
        int count = content.readUnsignedShort();
        constants.add(null);
        while (constants.size() < count) {
            Constant read = read(content);
            constants.add(read);
            if (read.tag == LONG || read.tag == DOUBLE) {
                constants.add(null);
            }
        }
        this.rest = content.readAllBytes();
    }

    /** As it is in the jar. */
    public static AlteredClass of(Path jar, String className) throws IOException {
        String file = className.replace('.', '/') + ".class";
        try (ZipFile program = new ZipFile(jar.toFile());
                InputStream content = program.getInputStream(program.getEntry(file))) {
            return new AlteredClass(file, new DataInputStream(new ByteArrayInputStream(content.readAllBytes())));
        }
    }

    private static Constant read(DataInputStream content) throws IOException {
        int tag = content.readUnsignedByte();
        return tag == UTF8
                ? new Constant(tag, content.readUTF(), new byte[0])
                : new Constant(tag, "", content.readNBytes(sizeBytes(tag)));
    }

    /** Of an entry without its tag, as the format of class files has it. */
    private static int sizeBytes(int tag) {
        return switch (tag) {
            case CLASS, 8, 16, 19, 20 -> 2;
            case 15 -> 3;
            case 3, 4, 9, METHOD, METHOD_OF_INTERFACE, 12, 17, 18 -> 4;
            case LONG, DOUBLE -> 8;
            default -> throw new IllegalStateException("no class file of Java 17 has a constant of kind " + tag);
        };
    }

    /** @param change of each text in the class what it becomes */
    public AlteredClass texts(UnaryOperator<String> change) {
        for (int number = 1; number < constants.size(); number++) {
            Constant before = constants.get(number);
            if (before != null && before.tag == UTF8) {
                String after = change.apply(before.text);
                hasChanged |= !after.equals(before.text);
                constants.set(number, new Constant(UTF8, after, before.bytes));
            }
        }
        return this;
    }

    /** Calls the static method of this name of the one class in the place of that of the other, which has the same types. */
    public AlteredClass calls(Class<?> of, String method, Class<?> instead) {
        int other = constants.size() + 1;
        constants.add(new Constant(UTF8, name(instead), new byte[0]));
        constants.add(new Constant(CLASS, "", bytes(other - 1)));
        for (int number = 1; number < other - 1; number++) {
            Constant before = constants.get(number);
            if (isMethod(before, name(of), method)) {
                byte[] after = before.bytes.clone();
                System.arraycopy(bytes(other), 0, after, 0, 2);
                constants.set(number, new Constant(before.tag, "", after));
                hasChanged = true;
            }
        }
        return this;
    }

    private boolean isMethod(Constant constant, String className, String method) {
        if (constant == null || (constant.tag != METHOD && constant.tag != METHOD_OF_INTERFACE)) {
            return false;
        }
        Constant owner = constants.get(constant.number(0));
        Constant nameAndType = constants.get(constant.number(2));
        return constants.get(owner.number(0)).text.equals(className)
                && constants.get(nameAndType.number(0)).text.equals(method);
    }

    private static String name(Class<?> type) {
        return type.getName().replace('.', '/');
    }

    private static byte[] bytes(int number) {
        return new byte[] {(byte) (number >> 8), (byte) number};
    }

    /** Where the class path finds it when this folder stands before the jar. */
    public void write(Path folder) throws IOException {
        if (!hasChanged) {
            throw new IllegalStateException(
                    "there is nothing to alter in " + file + ", so the test would show nothing");
        }
        Path target = folder.resolve(file);
        Files.createDirectories(target.getParent());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream to = new DataOutputStream(bytes);
        to.write(head);
        to.writeShort(constants.size());
        for (Constant constant : constants) {
            write(constant, to);
        }
        to.write(rest);
        Files.write(target, bytes.toByteArray());
    }

    private static void write(Constant constant, DataOutputStream to) throws IOException {
        if (constant == null) {
            return;
        }
        to.writeByte(constant.tag);
        if (constant.tag == UTF8) {
            to.writeUTF(constant.text);
        } else {
            to.write(constant.bytes);
        }
    }
}
