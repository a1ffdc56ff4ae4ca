package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;

/** An upload to a {@link FileBlobStore}. */
final class FileUpload implements BlobUpload {

    private final FileBlobStore store;
    private final UploadFile file;

    FileUpload(FileBlobStore store, UploadFile file) {
        this.store = store;
        this.file = file;
    }

    @Override
    public Future<Void> append(ByteString chunk) {
        return store.run(() -> file.append(chunk));
    }

    @Override
    public Future<BlobUri> commit() {
        return store.call(file::commit);
    }

    @Override
    public Future<Void> abandon() {
        return store.run(file::abandon);
    }
}
