package io.ticktock.launcher.configuration;

/**
 * One value as it was written.
 *
 * @param text the value; a list is separated by commas
 * @param origin where it stands, for messages: {@code conf/ticktock.yaml:12:3}, a variable or a flag
 */
record Setting(String text, String origin) {}
