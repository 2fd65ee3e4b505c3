namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Names of files that somebody chooses to break what reads them: in a listing, in XML, in JSON, in a URL, in a log, or on a disk.</summary>
internal static class HostileNames
{
    // Each is one that a decoder may take for something else: overlong, cut off, a surrogate, beyond Unicode, a byte that begins nothing.
    private static readonly string[] BrokenUtf8 =
    [
        "C080", "C0AEC0AE2F61", "E080AF", "F08080AF", "EDA080", "EDA080EDB080", "EDB080EDA080", "F4908080", "F888808080", "FEFF", "C3", "E282", "F09F98", "80", "C32F61", "61E2822F62",
    ];

    // Pairs that a file system or a database may take for one: by normalisation, by case, by width.
    private static readonly string[] Pairs =
    [
        "\u00e9", "e\u0301", "\u212b", "\u00c5", "\ud55c", "\u1112\u1161\u11ab", "\ufb01", "fi", "Case", "case", "CASE", "\u00df", "\u1e9e", "SS", "\u0130", "i\u0307", "\u0131", "\uff21", "A",
    ];

    private static readonly string[] Odd =
    [
        ".", "..", "./a", "../a", "a/./b", "a/../b", "a/..", "../../../../etc/passwd", "..\\..\\a", "//", "a//b", "/", "trailing/", "trailing//", "CON", "nul.txt", "a:b", "a*?\"<>|", " ", "  ",
        "\u202egnp.exe", "\u200b", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\u0085", "\u2028", "\U0001f642", "\U0010ffff", "$(id)", "`id`", "%00", "%2e%2e/", "%25", "%zz", "a\u0001.parquet",
        "100%25.parquet", "+", "a b", "&amp;", "<b>", "]]>", "<!--", "-rf", "--all", "{\"a\"}", "a\r\nSet-Cookie: b", "\u001b[2J", "~", "job_id=\u0001/a", "nul\0nul",
    ];

    /// <summary>The names, for a folder of this prefix, none of them twice.</summary>
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

        // As long as S3 allows, and one byte more, which Ceph's POST takes.
        var room = 1024 - folder.Length;
        names.AddRange(
            from text in (string[])["l", "\u0001", "%", "\u00e9", "/"]
            from length in (int[])[room, room + 1]
            select Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, length)))[..length]);

        // More than a page of keys that all look alike as text.
        names.AddRange(Enumerable.Range(0, 1001).Select(i => (byte[])[0xff, .. Encoding.ASCII.GetBytes(i.ToString("D5", CultureInfo.InvariantCulture))]));
        return [.. names.DistinctBy(Convert.ToHexString)];
    }
}
