using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace S3Auth.Application.Listings;

/// <summary>
/// Makes the listing URLs in answers to validators: presigned for the store, or links to this server, which presigns page by page. A link's
/// token contains expiry, delimiter and prefix, sealed for this bucket, subnet and network.
/// </summary>
internal sealed class ListingLinks(ListingRedirect redirect, ISealer sealer, IObjectStore store, IMetagraph metagraph)
{
    /// <summary>The longest token, in characters: that of a prefix as long as a key can be.</summary>
    internal const int MaxTokenLength = (((SealOverhead + HeaderSize + MaxDelimiterBytes + ObjectName.MaxBytes) * 4) + 2) / 3;

    private const int SealOverhead = 45;
    private const int ExpirySize = sizeof(long);
    private const int HeaderSize = ExpirySize + 1;
    private const int MaxDelimiterBytes = 4;

    // Clients append "&start-after=…", so the link needs a query.
    private const string Query = "?list-type=2";

    private readonly string? _base = redirect.Server is { } server ? $"{server.AbsoluteUri.TrimEnd('/')}/listing/" : null;

    // Made for each link, because a network that is given by its nodes has the chain's name only after the first answer of a node. The
    // network stands last: only its name may contain a colon.
    private byte[] Purpose => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"listing:{metagraph.Netuid}:{store.Info.Bucket}:{metagraph.Network}"));

    /// <summary>The URL of a listing, good until the grant ends.</summary>
    internal string Sign(Listing listing, Grant grant) =>
        _base is null ? grant.Signer.SignList(listing, grant.Expiry) : $"{_base}{Seal(listing, grant.Expiry)}{Query}";

    /// <summary>Reads a link's token; false when this server did not make it. The caller checks the expiry.</summary>
    internal bool TryRead(string token, [NotNullWhen(true)] out Listing? listing, out DateTimeOffset expiry)
    {
        (listing, expiry) = (null, default);
        if (token.Length > MaxTokenLength
            || sealer.Open(token, Purpose) is not { Length: >= HeaderSize } content
            || content[ExpirySize] is var delimiterBytes && HeaderSize + delimiterBytes > content.Length)
        {
            return false;
        }

        var prefix = Encoding.UTF8.GetString(content.AsSpan(HeaderSize + delimiterBytes));

        // Tokens of this server always have such a prefix. The check also limits an attacker who has stolen the key.
        if (!prefix.StartsWith(FolderLayout.AllDataPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        expiry = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(content));
        listing = new Listing(prefix, delimiterBytes == 0 ? null : Encoding.UTF8.GetString(content.AsSpan(HeaderSize, delimiterBytes)));
        return true;
    }

    private string Seal(Listing listing, DateTimeOffset expiry)
    {
        var delimiter = listing.Delimiter ?? "";
        var content = new byte[HeaderSize + Encoding.UTF8.GetByteCount(delimiter) + Encoding.UTF8.GetByteCount(listing.Prefix)];
        BinaryPrimitives.WriteInt64BigEndian(content, expiry.ToUnixTimeSeconds());
        content[ExpirySize] = (byte)Encoding.UTF8.GetBytes(delimiter, content.AsSpan(HeaderSize));
        Encoding.UTF8.GetBytes(listing.Prefix, content.AsSpan(HeaderSize + content[ExpirySize]));
        return sealer.Seal(content, Purpose);
    }
}
