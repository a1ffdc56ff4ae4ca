package io.ticktock.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class TenantNameTest {

    private static final List<String> ODD_IDS = List.of(
            "acme",
            "Acme",
            "ACME",
            "acme ",
            "acme.",
            ".",
            "..",
            "../acme",
            "..\\acme",
            "/",
            "/etc/passwd",
            "a/b",
            "a%2fb",
            "a%2Fb",
            "%61cme",
            "C:",
            "~",
            "a\u0000b",
            "a\nb",
            "*",
            "\u00e9",
            "e\u0301",
            "\u0131",
            "\u212a",
            "k",
            "\ud83d\ude00",
            "lock",
            "x".repeat(80),
            "\ud83d\ude00".repeat(20));

    @ParameterizedTest
    @CsvSource({"acme,acme", "a_b-9,a_b-9", "Acme,%41cme", "a/b,a%2fb", "a%2fb,a%252fb", "..,%2e%2e", "\u00e9,%c3%a9"})
    void encodesEverythingButLowerCaseLettersDigitsUnderscoreAndHyphen(String tenantId, String name) {
        assertEquals(name, TenantName.of(tenantId).value());
    }

    @Test
    void noTwoIdsShareANameEvenWhereCaseIsIgnored() {
        Set<String> names = new HashSet<>();
        for (String tenantId : ODD_IDS) {
            String name = TenantName.of(tenantId).value();
            assertEquals(name, name.toLowerCase(Locale.ROOT));
            assertTrue(names.add(name), () -> "another tenant has the name of " + tenantId);
        }
    }

    @ParameterizedTest
    @FieldSource("ODD_IDS")
    void everyNameIsOneFileNameInsideItsFolder(String tenantId) {
        Path folder = Path.of("/blobs");

        Path path = folder.resolve(TenantName.of(tenantId).value()).normalize();

        assertEquals(folder, path.getParent());
        assertTrue(path.getFileName().toString().length() <= 255);
    }

    @ParameterizedTest
    @FieldSource("ODD_IDS")
    void aNameReadsBackAsItself(String tenantId) {
        TenantName name = TenantName.of(tenantId);

        assertEquals(name, new TenantName(name.value()));
    }

    @Test
    void refusesIdsThatAreEmptyTooLongOrHalfACharacter() {
        for (String tenantId : List.of("", "x".repeat(81), "\u00e9".repeat(41), "\ud83d", "a\ude00b")) {
            Failure failure = assertThrows(Failure.class, () -> TenantName.of(tenantId));
            assertEquals(FailureCode.INVALID_ARGUMENT, failure.code());
            assertTrue(failure.getMessage().startsWith("tenant_id must be"), failure.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", "A", "%2F", "%2", "%", "%%", "a b", "\u00e9"})
    void refusesWhatIsNotAName(String value) {
        assertThrows(Failure.class, () -> new TenantName(value));
    }
}
