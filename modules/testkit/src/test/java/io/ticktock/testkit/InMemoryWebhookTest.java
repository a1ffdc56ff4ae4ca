package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryWebhookTest extends WebhookContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
