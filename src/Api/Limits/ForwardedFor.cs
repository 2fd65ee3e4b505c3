using System.Buffers;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace S3Auth.Api.Limits;

/// <summary>
/// Finds the client in <c>X-Forwarded-For</c>. Each proxy appends the address that it sees, so the header is read from the right: the first
/// address that is not a trusted proxy is the client. The client may have written everything to the left of it, so that is ignored.
/// </summary>
internal static class ForwardedFor
{
    internal const string Header = "X-Forwarded-For";

    /// <summary>
    /// The maximum number of entries that are read, more than any chain of proxies has. Entries further left are ignored.
    /// </summary>
    internal const int MaxEntries = 64;

    private const int MaxAddressLength = 45; // IPv6 with an IPv4 address at its end
    private const int IPv4Parts = 4;

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    /// <summary>The client of a request that came from a trusted proxy.</summary>
    /// <param name="lines">The header, line by line, as it was received.</param>
    /// <param name="proxy">The proxy that the request came from; the result if the header names no other address.</param>
    /// <param name="isTrusted">Whether an address is that of a trusted proxy.</param>
    /// <param name="isMalformed">Whether an entry was skipped because it is not an address.</param>
    internal static IPAddress FindClient(StringValues lines, IPAddress proxy, Func<IPAddress, bool> isTrusted, out bool isMalformed)
    {
        isMalformed = false;
        var (client, entries) = (proxy, 0);
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                // Splits at every comma, also within quotes: a client could open a quote to hide the address that the proxy appends.
                var comma = rest.LastIndexOf(',');
                var entry = rest[(comma + 1)..].Trim(" \t");
                if (IsPlaceholder(entry) || ++entries > MaxEntries)
                {
                    return client;
                }

                if (TryParse(entry, out var address))
                {
                    client = address;
                    if (!isTrusted(address))
                    {
                        return client;
                    }
                }
                else
                {
                    isMalformed |= !entry.IsEmpty;
                }

                if (comma < 0)
                {
                    break;
                }

                rest = rest[..comma];
            }
        }

        return client;
    }

    // What a proxy writes instead of its client's address: Squid, nginx on a Unix socket, RFC 7239. The client may have written everything
    // to the left of it, so reading on would let the client choose its address.
    private static bool IsPlaceholder(ReadOnlySpan<char> entry) =>
        entry.Equals("unknown", StringComparison.OrdinalIgnoreCase)
        || entry.StartsWith("unix:", StringComparison.OrdinalIgnoreCase)
        || entry.StartsWith("_");

    // An address, or one with a port: 192.0.2.1, 192.0.2.1:567, 2001:db8::1, [2001:db8::1], [2001:db8::1]:567.
    private static bool TryParse(ReadOnlySpan<char> entry, out IPAddress address)
    {
        address = IPAddress.None;
        var text = entry;
        ReadOnlySpan<char> port = [];
        if (entry.StartsWith('['))
        {
            var end = entry.IndexOf(']');
            if (end < 0)
            {
                return false;
            }

            text = entry[1..end];
            port = entry[(end + 1)..];
        }
        else if (entry.Count(':') == 1)
        {
            var colon = entry.IndexOf(':');
            text = entry[..colon];
            port = entry[colon..];
        }

        // No zone (%eth0), which has a meaning on the proxy's machine only, and none of the framework's other spellings (0x7f.1, 127.1).
        if (!IsPort(port)
            || text.Length > MaxAddressLength
            || text.ContainsAnyExcept(AddressCharacters)
            || !IPAddress.TryParse(text, out var parsed)
            || (parsed.AddressFamily == AddressFamily.InterNetwork && (entry.StartsWith('[') || !IsDotted(text))))
        {
            return false;
        }

        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> port) =>
        port.IsEmpty || (port[0] == ':' && port.Length is >= 2 and <= 6 && !port[1..].ContainsAnyExceptInRange('0', '9'));

    private static bool IsDotted(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var part in text.Split('.'))
        {
            var digits = text[part];
            if (digits.IsEmpty || (digits.Length > 1 && digits[0] == '0'))
            {
                return false;
            }

            parts++;
        }

        return parts == IPv4Parts;
    }
}
