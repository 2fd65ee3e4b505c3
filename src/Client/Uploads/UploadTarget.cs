namespace S3Auth.Client.Uploads;

/// <summary>Where and how to send a file or a part: a PUT, or a POST with a form.</summary>
internal sealed record UploadTarget(string Url)
{
    private const string PutMethod = "PUT";

    internal UploadForm? Form { get; private init; }

    internal HttpMethod Method => Form is null ? HttpMethod.Put : HttpMethod.Post;

    /// <summary>The headers to send unchanged.</summary>
    internal IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>();

    /// <summary>
    /// Whether the MD5 of the sent bytes must be compared with the ETag, because the store verifies no hash in the headers.
    /// </summary>
    internal bool NeedsMd5 { get; init; } = true;

    internal static UploadTarget OfForm(string url, IEnumerable<KeyValuePair<string, string>> fields, string key)
    {
        var form = UploadForm.Of(fields, key);
        return new UploadTarget(url) { Form = form, Headers = new Dictionary<string, string> { ["Content-Type"] = form.ContentType } };
    }

    internal static UploadTarget Of(FileUploadUrl grant) =>
        grant.Method == PutMethod ? new UploadTarget(grant.Url) : OfForm(grant.Url, grant.Fields, grant.S3_key);

    /// <param name="grant">The grant of one file.</param>
    /// <param name="isHashVerified">Whether the store accepts only bytes with the announced SHA-256.</param>
    internal static UploadTarget Of(FileUploadTarget grant, bool isHashVerified) => grant.Method == PutMethod
        ? new UploadTarget(grant.Url) { Headers = Accept(grant.Headers), NeedsMd5 = !isHashVerified }
        : OfForm(grant.Url, grant.Fields ?? new Dictionary<string, string>(), grant.S3_key);

    // Accepts only S3's headers, so that the server cannot make this client send others, such as Authorization.
    private static Dictionary<string, string> Accept(IReadOnlyDictionary<string, string>? headers)
    {
        var accepted = headers?.ToDictionary(StringComparer.OrdinalIgnoreCase) ?? [];
        return accepted.Keys.All(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
            || name.Equals("If-None-Match", StringComparison.OrdinalIgnoreCase))
            ? accepted
            : throw new RefusedException(
                "unknown",
                HttpStatusCode.OK,
                "The server's answer has headers that uploads must not have. Update s3auth, or tell the operator of the server.");
    }
}

/// <summary>What the store answered to a file or a part.</summary>
/// <param name="ETag">The ETag; null if the answer has none.</param>
/// <param name="Md5">The MD5 of the sent bytes in hex; null if it was not needed.</param>
/// <param name="IsETagMd5">Whether the ETag is the MD5 of the bytes that the store received.</param>
internal readonly record struct SentRange(string? ETag, string? Md5, bool IsETagMd5);
