/**
 * Secrets that graphs refer to. Owns where their values come from, and that nothing which is recorded or logged has one in
 * it. It never passes the secrets of one tenant to another's attempts.
 */
package io.ticktock.executor.secret;
