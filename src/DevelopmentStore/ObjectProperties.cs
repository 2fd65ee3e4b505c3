namespace S3Auth.DevelopmentStore;

/// <summary>The properties of an object that its upload sets.</summary>
/// <param name="StorageClass">The storage class. It is stored and returned, but has no effect.</param>
/// <param name="Headers">
/// The headers that are returned with the object: <c>Content-Type</c> and similar, <c>x-amz-meta-*</c>, and, if the client requests it,
/// <c>x-amz-checksum-*</c>.
/// </param>
internal sealed record ObjectProperties(string StorageClass, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public const string StandardStorageClass = "STANDARD";

    /// <summary>No properties.</summary>
    public static readonly ObjectProperties None = new(StandardStorageClass, []);

    private const string MetadataPrefix = "x-amz-meta-";
    private const string ChecksumPrefix = "x-amz-checksum-";
    private const int MaxMetadataBytes = 2048;

    private static readonly string[] ContentHeaders =
        ["Content-Type", "Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"];

    private static readonly string[] StorageClasses =
    [
        StandardStorageClass, "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
        "GLACIER_IR",
    ];

    // Encryption, tags, locks, redirects, and copies by form or query are refused, because ignoring them would mislead the client.
    private static readonly string[] Unsupported =
    [
        "x-amz-server-side-encryption", "x-amz-tagging", "tagging", "x-amz-website-redirect-location", "x-amz-object-lock",
        "x-amz-copy-source", "x-amz-write-offset-bytes",
    ];

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Reads the properties from headers or form fields.</summary>
    /// <param name="source">Names (in any case) and values as received.</param>
    /// <exception cref="S3Exception">
    /// For an ACL other than <c>private</c>, an unknown storage class, metadata over 2 KB, a value that cannot be a header, and everything
    /// that the store does not support.
    /// </exception>
    public static ObjectProperties Read(IEnumerable<KeyValuePair<string, string>> source)
    {
        var storageClass = StandardStorageClass;
        var headers = new List<KeyValuePair<string, string>>();
        var metadataBytes = 0;
        foreach (var (name, value) in source)
        {
            if (Is(name, "acl") || Is(name, "x-amz-acl"))
            {
                if (!value.Equals("private", StringComparison.Ordinal))
                {
                    throw S3Error.AccessControlListNotSupported.With();
                }
            }
            else if (name.StartsWith("x-amz-grant-", StringComparison.OrdinalIgnoreCase))
            {
                throw S3Error.AccessControlListNotSupported.With();
            }
            else if (Is(name, "x-amz-storage-class"))
            {
                storageClass = StorageClasses.Contains(value, StringComparer.Ordinal) ? value : throw S3Error.InvalidStorageClass.With();
            }
            else if (Array.Exists(Unsupported, unsupported => name.StartsWith(unsupported, StringComparison.OrdinalIgnoreCase)))
            {
                throw S3Error.NotImplemented.With(null, ("Header", name));
            }
            else if (name.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            {
                metadataBytes += Encoding.UTF8.GetByteCount(name) - MetadataPrefix.Length + Encoding.UTF8.GetByteCount(value);
                headers.Add(new(RequireToken(name.ToLowerInvariant()), RequireHeaderValue(name, value)));
            }
            else if (Array.Find(ContentHeaders, header => Is(name, header)) is { } known
                && StoredValue(known, value) is { Length: > 0 } stored)
            {
                headers.Add(new(known, RequireHeaderValue(name, stored)));
            }
        }

        return metadataBytes > MaxMetadataBytes
            ? throw S3Error.MetadataTooLarge.With(
                null,
                ("Size", S3Xml.Number(metadataBytes)),
                ("MaxSizeAllowed", S3Xml.Number(MaxMetadataBytes)))
            : new ObjectProperties(storageClass, headers);
    }

    /// <summary>Returns the value of a header; null if it is missing.</summary>
    public string? this[string name] => Headers.FirstOrDefault(header => Is(header.Key, name)).Value;

    /// <summary>Returns these properties with a checksum instead of the present one, or with none.</summary>
    public ObjectProperties WithChecksum(ContentChecksum? checksum) => this with
    {
        Headers =
        [
            .. Headers.Where(header => !IsOfChecksum(header.Key)),
            .. checksum is null
                ? Array.Empty<KeyValuePair<string, string>>()
                : [new(checksum.Header, checksum.Value), new(ContentChecksum.TypeHeader, checksum.Type)],
        ],
    };

    /// <summary>Returns these properties with the checksum that an upload computes, or with none.</summary>
    public ObjectProperties WithChecksumOfUpload(UploadChecksum? checksum) => checksum is null ? this : this with
    {
        Headers =
        [
            .. Headers,
            new(UploadChecksum.AlgorithmHeader, checksum.Algorithm),
            new(ContentChecksum.TypeHeader, checksum.Type),
        ],
    };

    /// <summary>Returns the checksum that an upload computes; null if there is none.</summary>
    public UploadChecksum? ChecksumOfUpload() =>
        UploadChecksum.Read(this[UploadChecksum.AlgorithmHeader], this[ContentChecksum.TypeHeader]);

    /// <summary>Returns the checksum of the content; null if it is not known.</summary>
    public ContentChecksum? Checksum() =>
        Headers.FirstOrDefault(header => S3.Checksum.IsHeader(header.Key)) is { Key: { } name, Value: { } value }
            ? new ContentChecksum(name, value, IsComposite: value.Contains('-', StringComparison.Ordinal))
            : null;

    /// <summary>Adds the headers to an answer. Metadata that is not ASCII is sent as RFC 2047 words, as S3 does.</summary>
    public void WriteTo(HttpResponse response, bool withChecksum)
    {
        response.ContentType = "binary/octet-stream";
        foreach (var (name, value) in Headers.Where(header => withChecksum || !IsOfChecksum(header.Key)))
        {
            response.Headers[name] = name.StartsWith(MetadataPrefix, StringComparison.Ordinal) && !Ascii.IsValid(value)
                ? $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?="
                : value;
        }

        if (!StorageClass.Equals(StandardStorageClass, StringComparison.Ordinal))
        {
            response.Headers["x-amz-storage-class"] = StorageClass;
        }
    }

    /// <exception cref="S3Exception">InvalidArgument for a value with control characters, which a header cannot contain.</exception>
    public static string RequireHeaderValue(string name, string value) =>
        value.Any(char.IsControl)
            ? throw S3Error.InvalidArgument.With("The value of a header must not contain control characters.", ("ArgumentName", name))
            : value;

    private static bool IsOfChecksum(string name) => name.StartsWith(ChecksumPrefix, StringComparison.Ordinal);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string RequireToken(string name) =>
        name.Length > MetadataPrefix.Length && !name.AsSpan().ContainsAnyExcept(TokenCharacters)
            ? name
            : throw S3Error.InvalidArgument.With("A metadata name must be a header's name.", ("ArgumentName", name));

    // "aws-chunked" describes the transfer, not the object.
    private static string StoredValue(string header, string value) =>
        header.Equals("Content-Encoding", StringComparison.Ordinal)
            ? string.Join(',', value.Split(',', StringSplitOptions.TrimEntries).Where(coding => !Is(coding, "aws-chunked")))
            : value;
}
