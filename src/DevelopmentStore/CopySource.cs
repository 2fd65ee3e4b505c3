namespace S3Auth.DevelopmentStore;

/// <summary>The source of a copy: an object of the same bucket that <c>x-amz-copy-source</c> names.</summary>
internal static class CopySource
{
    private const string Range = "x-amz-copy-source-range";
    private const string ConditionPrefix = "x-amz-copy-source-";

    public static bool IsNamedBy(HttpRequest request) => request.Headers.ContainsKey(SigV4Names.Header.CopySource);

    /// <summary>Returns the properties of a request without the headers that describe the source.</summary>
    public static IEnumerable<KeyValuePair<string, string>> WithoutSource(IEnumerable<KeyValuePair<string, string>> properties) =>
        properties.Where(property => !property.Key.StartsWith(SigV4Names.Header.CopySource, StringComparison.OrdinalIgnoreCase));

    /// <summary>Opens the source.</summary>
    /// <exception cref="S3Exception">
    /// InvalidArgument if the header names no object; NotImplemented for a version; NoSuchBucket; NoSuchKey; PreconditionFailed.
    /// </exception>
    public static ObjectReader Open(HttpRequest request, ObjectFiles files, EmbeddedStoreOptions options)
    {
        var header = request.Headers[SigV4Names.Header.CopySource].ToString();
        if (header.Contains('?', StringComparison.Ordinal))
        {
            throw S3Error.NotImplemented.With(null, ("Parameter", "versionId"));
        }

        var path = RequestTarget.Decode(header, plusIsSpace: false).TrimStart('/');
        if (path.IndexOf('/', StringComparison.Ordinal) is not (> 0 and var slash) || slash == path.Length - 1)
        {
            throw S3Error.InvalidArgument.With(
                "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
                ("ArgumentName", SigV4Names.Header.CopySource));
        }

        var (bucket, key) = (path[..slash], path[(slash + 1)..]);
        if (!bucket.Equals(options.Bucket, StringComparison.Ordinal))
        {
            throw S3Error.NoSuchBucket.With(null, ("BucketName", bucket));
        }

        RequestTarget.RequireKey(key);
        var reader = files.Open(key) ?? throw S3Error.NoSuchKey.With(null, ("Key", key));
        try
        {
            return ReadConditions.AreMet(request.Headers, reader.Stored, ConditionPrefix)
                ? reader
                : throw S3Error.PreconditionFailed.With(null, ("Condition", "x-amz-copy-source-If-None-Match"));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Returns the range to copy: the whole source if the request names none.</summary>
    /// <exception cref="S3Exception">
    /// InvalidArgument for anything but <c>bytes=first-last</c> within the source; InvalidRequest for more than 5 GiB.
    /// </exception>
    public static ByteRange RangeOf(HttpRequest request, StoredObject source)
    {
        var header = request.Headers[Range].ToString();
        var range = header.Length == 0 ? new ByteRange(0, source.Size) : ByteRange.Parse(header, source.Size);
        if (range is not var (offset, count)
            || (header.Length > 0 && header != $"bytes={S3Xml.Number(offset)}-{S3Xml.Number(offset + count - 1)}"))
        {
            throw S3Error.InvalidArgument.With(
                $"Range specified is not valid for source object of size: {source.Size}. Write it as bytes=first-last.",
                ("ArgumentName", Range));
        }

        return count <= EmbeddedStore.MaxObjectBytes ? range.Value : throw S3Error.InvalidRequest.With(
            $"The specified copy source is larger than the maximum allowable size for a copy source: {EmbeddedStore.MaxObjectBytes}");
    }

    /// <summary>Writes the answer to a copy.</summary>
    public static Task AnswerAsync(HttpResponse response, string root, StoredObject copy) =>
        S3Xml.SendAsync(response, StatusCodes.Status200OK, root, xml =>
        {
            xml.WriteElementString("LastModified", S3Xml.Time(copy.LastModified));
            xml.WriteElementString("ETag", copy.ETag);
            if (copy.Properties.Checksum() is { } checksum)
            {
                xml.WriteElementString(checksum.Element, checksum.Value);
            }
        });
}
