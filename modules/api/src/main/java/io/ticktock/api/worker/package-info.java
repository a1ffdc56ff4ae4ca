/**
 * The gateway of workers: who is connected, which attempts each of them has in hand, and what becomes of these.
 *
 * <p>It never decides whether an attempt runs: executors have the attempts, and it takes them on behalf of workers.
 */
package io.ticktock.api.worker;
