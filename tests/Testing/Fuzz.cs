using System.Globalization;

namespace S3Auth.Testing;

/// <summary>
/// Damages inputs, from a seed: what fails once can be made to fail again. The build tries some tens of thousands in all; the nightly
/// target sets <c>S3AUTH_FUZZ_FACTOR</c> for as many times more.
/// </summary>
public static class Fuzz
{
    private static readonly byte[][] Snippets =
    [
        "\r\n"u8.ToArray(), "--"u8.ToArray(), "\""u8.ToArray(), ";"u8.ToArray(), "="u8.ToArray(), "\0"u8.ToArray(), [0xff, 0xfe], "%00"u8
            .ToArray(),
        "{"u8.ToArray(), "]"u8.ToArray(), "filename*=x'y'z"u8.ToArray(), "=?utf-8?B?!!!?="u8.ToArray(), "name="u8.ToArray(), new byte[5000],
        "null"u8.ToArray(), "-1"u8.ToArray(), "1e999"u8.ToArray(), "99999999999999999999999999"u8.ToArray(), "\\ud800"u8
            .ToArray(), "[[[[[[[[[[[[[[[[[[[["u8.ToArray(),
        "{\"a\":{\"a\":{\"a\":"u8.ToArray(), "\"hotkey\":"u8.ToArray(), "../"u8
            .ToArray(), [0xf0, 0x9f, 0x98, 0x80], [0xed, 0xa0, 0x80], "/*"u8.ToArray(),
    ];

    /// <summary>How many times more than in a build.</summary>
    public static int Factor { get; } =
        int.TryParse(
            Environment.GetEnvironmentVariable("S3AUTH_FUZZ_FACTOR"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var factor) && factor > 0 ? factor : 1;

    /// <summary>The input with one to three injuries: a byte changed, a part taken out, put in or doubled, the end cut off.</summary>
    public static byte[] Damage(Random random, ReadOnlySpan<byte> whole)
    {
        var bytes = new List<byte>(whole.ToArray());
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if (bytes.Count == 0)
            {
                bytes.Add((byte)'x');
            }

            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Snippets[random.Next(Snippets.Length)]);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 200), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>What of it can stand in a line of HTTP.</summary>
    public static string Printable(byte[] bytes) =>
        string.Concat(bytes.Where(value => value is > 0x20 and < 0x7f).Select(value => (char)value));
}
