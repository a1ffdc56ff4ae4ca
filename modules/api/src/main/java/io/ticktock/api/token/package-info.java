/**
 * Tokens of an identity provider, as JWT. Owns whose they are, by which keys, and what they claim; it never fetches
 * anything that a token names, and never says what a caller may.
 */
package io.ticktock.api.token;
