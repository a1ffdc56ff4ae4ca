package io.ticktock.graph.source;

/**
 * How a text is written in a file: quoted or not, with escapes or over several lines.
 *
 * @param file all of it
 * @param start offset of the first character of the text, behind an opening quote
 * @param style how to read on from there
 */
record Spelling(SourceText file, int start, Style style) {

    /** Ways to write a text. */
    enum Style {
        /** Without quotes, or as a block. */
        BARE,
        /** In single quotes, where two stand for one. */
        SINGLE_QUOTED,
        /** In double quotes, with escapes. */
        DOUBLE_QUOTED
    }

    private static final int SURROGATE_PAIR_LENGTH = 12;

    /** The position of the character in this line and column of the text. */
    SourcePosition positionOf(String text, int line, int column) {
        int[] characters = text.codePoints().toArray();
        int wanted = index(characters, line, column);
        int offset = start;
        for (int i = 0; i < wanted; i++) {
            offset = behind(characters[i], skipBlanks(characters[i], offset));
        }
        return file.position(wanted < characters.length ? skipBlanks(characters[wanted], offset) : offset);
    }

    private static int index(int[] characters, int line, int column) {
        int index = 0;
        for (int before = line; before > 1 && index < characters.length; index++) {
            before -= characters[index] == '\n' ? 1 : 0;
        }
        return Math.min(index + column - 1, characters.length);
    }

    /** Where a character is that is not white space itself: behind indentation and folded line ends. */
    private int skipBlanks(int character, int offset) {
        int skipped = offset;
        while (!isBlank(character) && (isBlank(file.at(skipped)) || isContinuation(skipped))) {
            skipped += isContinuation(skipped) ? 2 : 1;
        }
        return skipped;
    }

    private boolean isContinuation(int offset) {
        return style == Style.DOUBLE_QUOTED && file.at(offset) == '\\' && file.at(offset + 1) == '\n';
    }

    /** The offset behind a character of the text that is written at this offset. */
    private int behind(int character, int offset) {
        int written = file.at(offset);
        if (style == Style.DOUBLE_QUOTED && written == '\\') {
            return offset + escapeLength(character, file.at(offset + 1));
        }
        if (style == Style.SINGLE_QUOTED && written == '\'' && file.at(offset + 1) == '\'') {
            return offset + 2;
        }
        return isBlank(character) && !isBlank(written) ? offset : offset + 1;
    }

    private static int escapeLength(int character, int kind) {
        return switch (kind) {
            case 'x' -> 4;
            case 'u' -> Character.isSupplementaryCodePoint(character) ? SURROGATE_PAIR_LENGTH : 6;
            case 'U' -> 10;
            default -> 2;
        };
    }

    private static boolean isBlank(int character) {
        return character == ' ' || character == '\n' || character == '\t' || character == '\r';
    }
}
