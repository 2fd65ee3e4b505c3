using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace S3Auth.Api.Controllers;

/// <summary>
/// The parts of a listing link's request: the token, and where the page begins. Read from the raw request target, because keys are bytes
/// that need not be UTF-8, and because clients append <c>&amp;start-after=…</c> even to a URL without a query.
/// </summary>
public sealed record ListingTarget
{
    private const string Path = "/listing/";
    private const string StartAfterName = "start-after";
    private const string ContinuationTokenName = "continuation-token";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The token, as it was sent.</summary>
    public required string Token { get; init; }

    /// <summary>The key after which the page begins, at most 1,024 bytes; empty if none was sent.</summary>
    public ReadOnlyMemory<byte> StartAfter { get; private init; }

    /// <summary>The store's continuation token, at most 4,096 bytes; null if none was sent.</summary>
    public string? ContinuationToken { get; private init; }

    /// <summary>Reads a token alone. Because of this method, the framework binds the type as one string.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ListingTarget? target)
    {
        target = text is null ? null : new ListingTarget { Token = text };
        return target is not null;
    }

    /// <summary>
    /// Reads a request target. Ignores all other parameters. If a parameter is repeated, the last one counts, because a client that appends
    /// to the URL again and again puts the newest one last.
    /// </summary>
    /// <param name="target">The target of the request line, percent-encoded.</param>
    /// <param name="read">The parts of the target.</param>
    /// <param name="wrong">The parameter that is too long or not text; null for the target itself.</param>
    internal static bool TryRead(string target, [NotNullWhen(true)] out ListingTarget? read, out string? wrong)
    {
        (read, wrong) = (null, null);
        var path = target.IndexOf(Path, StringComparison.OrdinalIgnoreCase);
        if (path < 0)
        {
            return false;
        }

        var link = target[(path + Path.Length)..];
        var end = link.AsSpan().IndexOfAny('?', '&');
        var found = new ListingTarget { Token = end < 0 ? link : link[..end] };
        foreach (var parameter in end < 0 ? [] : link[(end + 1)..].Split('&'))
        {
            var (name, value) = parameter.IndexOf('=', StringComparison.Ordinal) is var equals and >= 0
                ? (parameter[..equals], Decode(parameter[(equals + 1)..]))
                : (parameter, []);
            switch (name)
            {
                case StartAfterName when value.Length > ObjectName.MaxBytes:
                case ContinuationTokenName when value.Length > GetMinerListCommand.MaxTokenLength || !TryDecode(value, out _):
                    wrong = name;
                    return false;
                case StartAfterName:
                    found = found with { StartAfter = value };
                    break;
                case ContinuationTokenName:
                    TryDecode(value, out var token);
                    found = found with { ContinuationToken = value.Length == 0 ? null : token };
                    break;
                default:
                    break;
            }
        }

        read = found;
        return true;
    }

    // Decodes a query as stores do: a plus is a space, and a percent sign without two hex digits stays a percent sign.
    private static byte[] Decode(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text[i] == '+' ? " " : text.AsSpan(i, 1), bytes.AsSpan(length));
            }
        }

        return bytes[..length];
    }

    private static bool TryDecode(byte[] bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Strict.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
