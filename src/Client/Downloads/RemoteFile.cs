namespace S3Auth.Client.Downloads;

/// <summary>A file in the bucket that may be read.</summary>
public sealed record RemoteFile
{
    /// <summary>
    /// Its key: whatever its owner chose, so nothing that a path may be made of unseen (see <see cref="LocalName"/>). A key that is no UTF-8
    /// has U+FFFD in place of what is no text; two such keys may read the same.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When it was uploaded, by the store's clock, in whole seconds.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>The ETag: the MD5 of the content in hex, unless the file was uploaded in parts or encrypted with a managed key.</summary>
    public required string ETag { get; init; }

    /// <summary>The MD5 of its bytes in lowercase hex, as its <see cref="ETag"/> tells it; null where it tells none.</summary>
    public string? Md5 => ContentMark.IsMd5(ETag) ? ETag.ToLowerInvariant() : null;

    /// <summary>Whose it is.</summary>
    public required FileOwner Owner { get; init; }

    /// <summary>Downloads it until <see cref="UrlEndsAt"/>; null where its key cannot be part of a URL.</summary>
    public required Uri? Url { get; init; }

    /// <summary>When its URL ends, by this machine's clock.</summary>
    public required DateTimeOffset UrlEndsAt { get; init; }

    /// <summary>The bytes of its key if they are not UTF-8.</summary>
    internal byte[]? RawKey { get; init; }

    /// <summary>The page that listed it, whose URLs are renewed together; null where it comes from elsewhere.</summary>
    internal ListedPage? Page { get; init; }

    /// <summary>The bytes of its key.</summary>
    internal byte[] KeyBytes => RawKey ?? Encoding.UTF8.GetBytes(Key);

    /// <summary>Its key, or a unique identity if several keys have the same text. No key consists of a NUL and hex digits only.</summary>
    internal string Identity => RawKey is null ? Key : "\0" + Convert.ToHexString(RawKey);

    /// <summary>Not its URL, which opens it.</summary>
    public override string ToString() => Key;
}
