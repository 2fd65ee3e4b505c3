using S3Auth.Client.Stores;

namespace S3Auth.Client.Downloads;

/// <summary>A file in the bucket that may be read.</summary>
public sealed record RemoteFile
{
    /// <summary>Its key: whatever its owner chose, so nothing that a path may be made of unseen.</summary>
    public required string Key { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>When it was uploaded.</summary>
    public required DateTimeOffset LastModified { get; init; }

    /// <summary>The store's mark of its content; its MD5 in hex, unless it was uploaded in parts.</summary>
    public required string ETag { get; init; }

    /// <summary>The MD5 of its bytes in lowercase hex, as its <see cref="ETag"/> tells it; null where it tells none.</summary>
    public string? Md5 => ContentMark.IsMd5(ETag) ? ETag.ToLowerInvariant() : null;

    /// <summary>Whose it is.</summary>
    public required FileOwner Owner { get; init; }

    /// <summary>Downloads it until <see cref="UrlEndsAt"/>; null where its key cannot be part of a URL.</summary>
    public required Uri? Url { get; init; }

    /// <summary>When its URL ends, by this machine's clock.</summary>
    public required DateTimeOffset UrlEndsAt { get; init; }

    /// <summary>Not its URL, which opens it.</summary>
    public override string ToString() => Key;
}
