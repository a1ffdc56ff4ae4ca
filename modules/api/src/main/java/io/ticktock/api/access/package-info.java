/** Who asks. Owns credentials and what follows from them; it never says what a caller gets to see. */
package io.ticktock.api.access;
