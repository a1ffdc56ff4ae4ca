package io.ticktock.graph.source;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The characters of a file and the lines they stand in. Offsets count code points. */
final class SourceText {

    private final String text;
    private final int[] characters;
    private final int[] lineStarts;
    private final int[] offsets;

    SourceText(String text) {
        this.text = text;
        this.characters = text.codePoints().toArray();
        this.lineStarts = IntStream.concat(
                        IntStream.of(0),
                        IntStream.range(0, characters.length)
                                .filter(i -> characters[i] == '\n')
                                .map(i -> i + 1))
                .toArray();
        this.offsets = offsets(text);
    }

    /** As UTF-16, as parsers take it. */
    String text() {
        return text;
    }

    /** The character at this offset; -1 behind the end. */
    int at(int offset) {
        return offset < characters.length ? characters[offset] : -1;
    }

    /** The offset of what stands at this index in UTF-16. */
    int offsetOf(int utf16Index) {
        return offsets[Math.min(utf16Index, text.length())];
    }

    SourcePosition position(int offset) {
        int within = Math.min(offset, characters.length);
        int found = Arrays.binarySearch(lineStarts, within);
        int line = found >= 0 ? found : -found - 2;
        return new SourcePosition(line + 1, within - lineStarts[line] + 1);
    }

    private static int[] offsets(String text) {
        int[] offsets = new int[text.length() + 1];
        int offset = -1;
        for (int i = 0; i <= text.length(); i++) {
            boolean secondHalf =
                    i > 0 && i < text.length() && Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i));
            offset += secondHalf ? 0 : 1;
            offsets[i] = offset;
        }
        return offsets;
    }
}
