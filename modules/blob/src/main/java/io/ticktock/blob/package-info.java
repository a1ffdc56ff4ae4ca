/**
 * The data plane's large payloads: what is above the inline limit is stored, checked and streamed from here.
 *
 * <p>It never holds a whole payload in memory, and never looks into one.
 */
package io.ticktock.blob;
