namespace S3Auth.Cli.Transfers;

/// <summary>
/// Detects texts that Unicode can write in several ways (canonical equivalence, UAX #15), without Unicode's tables. Of all forms of a text,
/// at most one has none of the characters below. Some of them also occur in texts with only one form, such as the vowels of Thai.
/// </summary>
internal static class UnicodeEquivalence
{
    // Characters that decompose to others, and parts of Korean syllables.
    private static readonly (int First, int Last)[] Blocks =
    [
        (0x0340, 0x0344), (0x0374, 0x0374), (0x037E, 0x037E), (0x0387, 0x0387), (0x1100, 0x11FF), (0x1F00, 0x1FFF), (0x2000, 0x2001),
        (0x2100, 0x214F), (0x2329, 0x232A), (0x2ADC, 0x2ADC), (0xA960, 0xA97F), (0xD7B0, 0xD7FF), (0xF900, 0xFAFF), (0xFB1D, 0xFB4F),
        (0x1D15E, 0x1D1C0), (0x2F800, 0x2FA1F),
    ];

    /// <summary>Whether a text may be another form of a text that has none of these characters.</summary>
    internal static bool MayHaveOtherForms(string text) => text.EnumerateRunes().Any(rune =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        || Array.Exists(Blocks, block => rune.Value >= block.First && rune.Value <= block.Last));
}
