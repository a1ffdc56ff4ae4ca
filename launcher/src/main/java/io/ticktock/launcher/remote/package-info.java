/**
 * A server elsewhere, asked over gRPC, and over HTTP for blobs. Owns how it is reached and what its answers and silences
 * mean. Never knows which command asks, and never prints anything.
 */
package io.ticktock.launcher.remote;
