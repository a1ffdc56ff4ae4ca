/**
 * What is to be known of webhooks without doing anything: where they may lead, what is signed and how, what becomes of a
 * delivery after a try. Never sends or waits.
 */
package io.ticktock.api.webhook;
