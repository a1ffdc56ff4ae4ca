/** Forks of random lifetimes, through the whole system but for its database. */
package io.ticktock.launcher.fork;
