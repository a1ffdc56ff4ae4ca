/**
 * The built-in load: chains of trivial nodes through the whole path, and what is measured on the way. Owns the load and
 * its figures. Never takes a shortcut that an ordinary lifetime does not have.
 */
package io.ticktock.launcher.bench;
