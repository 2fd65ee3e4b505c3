namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>File names that may break a reader: of listings, XML, JSON, URLs, logs or a file system.</summary>
internal static class HostileNames
{
    // Invalid UTF-8: overlong, truncated, a surrogate, beyond Unicode, a byte that starts no character.
    private static readonly string[] BrokenUtf8 =
    [
        "C080", "C0AEC0AE2F61", "E080AF", "F08080AF", "EDA080", "EDA080EDB080", "EDB080EDA080", "F4908080", "F888808080", "FEFF", "C3",
        "E282", "F09F98", "80", "C32F61", "61E2822F62",
    ];

    // Pairs that a file system or a database may treat as equal: by normalization, case or width.
    private static readonly string[] Pairs =
    [
        "\u00e9", "e\u0301", "\u212b", "\u00c5", "\ud55c", "\u1112\u1161\u11ab", "\ufb01", "fi", "Case", "case", "CASE", "\u00df", "\u1e9e",
        "SS", "\u0130", "i\u0307", "\u0131", "\uff21", "A",
    ];

    private static readonly string[] Odd =
    [
        ".",
        "..",
        "./a",
        "../a",
        "a/./b",
        "a/../b",
        "a/..",
        "../../../../etc/passwd",
        "..\\..\\a",
        "//",
        "a//b",
        "/",
        "trailing/",
        "trailing//",
        "CON",
        "nul.txt",
        "a:b",
        "a*?\"<>|",
        " ",
        "  ",
        "\u202egnp.exe", "\u200b", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\u0085", "\u2028", "\U0001f642", "\U0010ffff", "$(id)", "`id`",
        "%00", "%2e%2e/", "%25", "%zz", "a\u0001.parquet",
        "100%25.parquet",
        "+",
        "a b",
        "&amp;",
        "<b>",
        "]]>",
        "<!--",
        "-rf",
        "--all",
        "{\"a\"}",
        "a\r\nSet-Cookie: b",
        "\u001b[2J",
        "~",
        "job_id=\u0001/a",
        "nul\0nul",
    ];

    /// <summary>The distinct names, for a folder with this prefix.</summary>
    internal static IReadOnlyList<byte[]> For(string folder)
    {
        var names = new List<byte[]>();
        for (var value = 1; value <= 0xff; value++)
        {
            names.AddRange([[(byte)value, .. "start"u8], [.. "mid"u8, (byte)value, .. "dle"u8], [.. "end"u8, (byte)value]]);
        }

        names.AddRange(BrokenUtf8.Select(Convert.FromHexString));
        names.AddRange(Pairs.Concat(Odd).Select(Encoding.UTF8.GetBytes));
        names.Add([.. "job_id="u8, .. Encoding.UTF8.GetBytes(new string('j', 900)), .. "/a"u8]);

        // The longest name that S3 allows, and one byte more, which Ceph's POST accepts.
        var room = 1024 - folder.Length;
        names.AddRange(
            from text in (string[])["l", "\u0001", "%", "\u00e9", "/"]
            from length in (int[])[room, room + 1]
            select Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, length)))[..length]);

        // More than one page of keys that look equal as text.
        names.AddRange(
            Enumerable.Range(0, 1001).Select(
                i => (byte[])[0xff, .. Encoding.ASCII.GetBytes(i.ToString("D5", CultureInfo.InvariantCulture))]));
        return [.. names.DistinctBy(Convert.ToHexString)];
    }
}
