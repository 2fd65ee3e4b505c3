namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A request to a stand-in, with what it asks of the store.</summary>
/// <param name="Sent">The request, as the client sent it.</param>
/// <param name="Store">The bucket behind the stand-in, with the keys of its owner.</param>
internal sealed partial record StandInRequest(S3Request Sent, Bucket Store)
{
    /// <summary>The length that the client stated beside chunks, which is not the length of its body; null if it stated none.</summary>
    public string? StatedLength { get; init; }

    /// <summary>Cancelled when the client leaves.</summary>
    public CancellationToken Left { get; init; }

    /// <summary>The signature in header or query; null if there is none.</summary>
    public S3Signature? Signature => S3Signature.Of(Sent);

    /// <summary>The object's key, encoded; empty for a request on a bucket, null for one on the service.</summary>
    public string? Key
    {
        get
        {
            var path = Sent.Path.TrimStart('/');
            if (Sent.Host.StartsWith(Store.Name + ".", StringComparison.Ordinal))
            {
                return path;
            }

            return path.Length == 0 ? null : path.Split('/', 2) is [_, var key] ? key : "";
        }
    }

    public StoreOperation Operation => Key switch
    {
        null => Sent.Method == "POST" ? StoreOperation.AssumeRole : StoreOperation.ListBuckets,
        _ when Sent.Method == "GET" && Has("uploads") => StoreOperation.ListUploads,
        _ when Has("uploads") || Has("uploadId") => StoreOperation.Multipart,
        _ when Has("acl") => Sent.Method == "PUT" ? StoreOperation.WriteAcl : StoreOperation.ReadAcl,
        "" when Sent.Method == "POST" => Has("delete") ? StoreOperation.Delete : StoreOperation.Form,
        "" when Sent.Method == "HEAD" => StoreOperation.HeadBucket,
        "" when Sent.Method == "GET" => ReadOfBucket,
        "" => StoreOperation.Other,
        _ => Sent.Method switch
        {
            "GET" or "HEAD" => StoreOperation.Get,
            "PUT" => Sent.Header("x-amz-copy-source") is null ? StoreOperation.Put : StoreOperation.Copy,
            "DELETE" => StoreOperation.Delete,
            _ => StoreOperation.Other,
        },
    };

    private StoreOperation ReadOfBucket => Sent.Query.Select(one => one.Key).FirstOrDefault(
        name => name is "policy" or "policyStatus" or "cors" or "versioning" or "lifecycle" or "publicAccessBlock" or "location") switch
    {
        "policy" or "policyStatus" => StoreOperation.ReadPolicy,
        "cors" => StoreOperation.ReadCors,
        "versioning" => StoreOperation.ReadVersioning,
        "lifecycle" => StoreOperation.ReadLifecycle,
        "publicAccessBlock" => StoreOperation.ReadPublicAccessBlock,
        "location" => StoreOperation.ReadLocation,
        _ => StoreOperation.List,
    };

    /// <summary>The value of a field of an upload form, or null.</summary>
    public string? FormField(string name) => Operation != StoreOperation.Form || Sent.Body is null
        ? null
        : FormPart().Matches(Encoding.Latin1.GetString(Sent.Body))
            .Where(part => part.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(part => part.Groups["value"].Value).FirstOrDefault();

    /// <summary>The same request with the owner's own signature, so that the store takes it whatever was changed.</summary>
    public StandInRequest Resign() => this with { Sent = Sent.Sign(Store.Keys, Store.Region) };

    /// <summary>
    /// Changes the request and signs it again, if the client's signature was right. A request with a wrong signature stays as it is, for
    /// the store to refuse.
    /// </summary>
    public StandInRequest Change(Func<S3Request, S3Request> change) =>
        Signature is { } signature && signature.Matches(Sent, Store.Keys, MissingHeaders.LeftOut)
            ? (this with { Sent = change(Sent) }).Resign()
            : this;

    private bool Has(string parameter) => Sent.Query.Any(one => one.Key.Equals(parameter, StringComparison.Ordinal));

    [GeneratedRegex(
        "name=\"?(?<name>[^\";\r\n]+)\"?[^\r\n]*\r\n([^\r\n]+\r\n)*\r\n(?<value>[^\r\n]*)\r\n",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex FormPart();
}
