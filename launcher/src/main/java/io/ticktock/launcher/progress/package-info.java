/**
 * Shows how a lifetime goes on, from its events. Owns what a person sees while waiting. Never asks the system anything
 * and never decides.
 */
package io.ticktock.launcher.progress;
