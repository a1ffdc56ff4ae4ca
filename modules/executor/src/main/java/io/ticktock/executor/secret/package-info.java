/**
 * Where the secrets that graphs refer to come from. It never passes the secrets of one tenant to another's attempts, and
 * keeps no value.
 */
package io.ticktock.executor.secret;
