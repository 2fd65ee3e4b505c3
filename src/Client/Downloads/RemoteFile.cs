namespace S3Auth.Client.Downloads;

/// <summary>A file in the bucket, with a URL to download it.</summary>
public sealed record RemoteFile
{
    /// <summary>
    /// The key. The owner chose it, so do not use it as a local path (see <see cref="LocalName"/>). If the key is not UTF-8, it has U+FFFD
    /// in place of the invalid bytes, and two keys may have the same text.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When the file was uploaded, by the store's clock, in whole seconds.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>The ETag: the MD5 of the content in hex, unless the file was uploaded in parts or encrypted with a managed key.</summary>
    public required string ETag { get; init; }

    /// <summary>The MD5 of the content in lowercase hex, from <see cref="ETag"/>; null if the ETag does not look like an MD5.</summary>
    public string? Md5 => Md5ETag.HasForm(ETag) ? ETag.ToLowerInvariant() : null;

    /// <summary>The owner of the file.</summary>
    public required FileOwner Owner { get; init; }

    /// <summary>The URL that downloads the file until <see cref="UrlEndsAt"/>; null if the key cannot be part of a URL.</summary>
    public required Uri? Url { get; init; }

    /// <summary>When the URL expires, by this machine's clock.</summary>
    public required DateTimeOffset UrlEndsAt { get; init; }

    /// <summary>Whether the key is UTF-8. Otherwise <see cref="Key"/> is not the key, and may be equal to that of another file.</summary>
    public bool HasTextKey => RawKey is null;

    /// <summary>The bytes of the key if they are not UTF-8; otherwise null.</summary>
    internal byte[]? RawKey { get; init; }

    /// <summary>The page that listed the file, whose URLs are renewed together; null if no page listed it.</summary>
    internal ListedPage? Page { get; init; }

    /// <summary>The bytes of the key.</summary>
    internal byte[] KeyBytes => RawKey ?? Encoding.UTF8.GetBytes(Key);

    /// <summary>The key, or a unique text if the key is not UTF-8. No key consists of a NUL and hex digits only.</summary>
    internal string Identity => RawKey is null ? Key : "\0" + Convert.ToHexString(RawKey);

    /// <summary>Returns a file that has no URL yet. A download requests one.</summary>
    public static RemoteFile WithoutUrl(string key, long size, DateTimeOffset lastModified, string etag, FileOwner owner) => new()
    {
        Key = key,
        Size = size,
        LastModified = lastModified,
        ETag = etag,
        Owner = owner,
        Url = null,
        UrlEndsAt = DateTimeOffset.MinValue,
    };

    /// <summary>Returns the key, and not the URL, because whoever has the URL can read the file.</summary>
    public override string ToString() => Key;
}
