/**
 * What the crash suite is made of: where and when a process dies, what its lifetimes do meanwhile, and what must be in
 * the database afterwards.
 */
package io.ticktock.launcher.crash;
