/**
 * Configuration: the shipped file, the user's file, variables and flags, merged into one validated record. Owns where
 * a value comes from and what is said when it is wrong. Never starts anything.
 */
package io.ticktock.launcher.configuration;
