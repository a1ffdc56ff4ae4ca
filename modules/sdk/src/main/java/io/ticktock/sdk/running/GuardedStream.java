package io.ticktock.sdk.running;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;

/** A stream that fails as soon as one of the secrets comes along in it. What is skipped is read, and so seen too. */
final class GuardedStream extends InputStream {

    private final InputStream in;
    private final Secrets secrets;
    /** What came last, as much as a secret could have begun in. */
    private ByteString tail = ByteString.EMPTY;

    GuardedStream(InputStream in, Secrets secrets) {
        this.in = in;
        this.secrets = secrets;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = in.read(buffer, offset, length);
        if (count > 0) {
            look(ByteString.copyFrom(buffer, offset, count));
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private void look(ByteString come) {
        ByteString seen = tail.concat(come);
        secrets.requireNoneIn(seen);
        tail = seen.substring(Math.max(0, seen.size() - secrets.longestBytes() + 1));
    }
}
