using System.Buffers.Binary;
using System.Text;

namespace S3Auth.Application.Listings;

/// <summary>
/// Makes the listing URLs in responses to validators: either presigned for the store, or links to this server, which presigns each page.
/// The token of a link contains expiry, delimiter and prefix, sealed for this bucket, subnet and network.
/// </summary>
internal sealed class ListingLinks(ListingRedirect redirect, DeploymentSeals seals, FolderLayout layout)
{
    /// <summary>The maximum length of a token, in characters, for a prefix as long as a key can be.</summary>
    internal const int MaxTokenLength = (((SealOverhead + HeaderSize + MaxDelimiterBytes + ObjectName.MaxBytes) * 4) + 2) / 3;

    private const string SealKind = "listing";
    private const int SealOverhead = 45;
    private const int ExpirySize = sizeof(long);
    private const int HeaderSize = ExpirySize + 1;
    private const int MaxDelimiterBytes = 4;

    // Clients append "&start-after=…", so the link must have a query.
    private const string Query = "?list-type=2";

    private readonly string? _base = redirect.Server is { } server ? $"{server.AbsoluteUri.TrimEnd('/')}/listing/" : null;

    /// <summary>The URL of a listing, valid until the grant ends.</summary>
    internal GrantUrl Sign(Listing listing, Grant grant) =>
        _base is null ? grant.Signer.SignList(listing, grant.Expiry) : $"{_base}{Seal(listing, grant.Expiry)}{Query}";

    /// <summary>Parses the token of a link; false if this server did not make it. The caller must check the expiry.</summary>
    internal bool TryRead(string token, out Listing listing, out DateTimeOffset expiry)
    {
        (listing, expiry) = (default, default);
        if (token.Length > MaxTokenLength
            || seals.Open(SealKind, token) is not { Length: >= HeaderSize } content
            || content[ExpirySize] is var delimiterBytes && HeaderSize + delimiterBytes > content.Length)
        {
            return false;
        }

        var prefix = Encoding.UTF8.GetString(content.AsSpan(HeaderSize + delimiterBytes));

        // All tokens of this server have such a prefix. The check limits the damage if the key is stolen.
        if (!prefix.StartsWith(layout.Root, StringComparison.Ordinal))
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
        return seals.Seal(SealKind, content);
    }
}
