namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>
/// An upload with a granted form: the granted fields, <c>key</c> replaced, the file last.
/// A test may alter each part before it is sent.
/// </summary>
internal sealed record FormUpload(
    string Url, IReadOnlyList<KeyValuePair<string, string>> Fields, byte[] Content, string FileName = "file.bin")
{
    /// <summary>The correct upload of a file to a path inside the granted folder.</summary>
    public static FormUpload Of(FolderGrant grant, string path, byte[] content)
    {
        var fields = grant.Fields.ToDictionary(StringComparer.Ordinal);
        fields["key"] = grant.Folder + path;
        return new FormUpload(grant.Url, [.. fields], content);
    }

    /// <summary>An upload that the bucket's owner allows, without the service.</summary>
    public static FormUpload Of(Bucket bucket, string key, byte[] content, string? region = null, DateTimeOffset? at = null)
    {
        var moment = S3Signature.Timestamp(at ?? DateTimeOffset.UtcNow);
        var signature = new S3Signature(bucket.Keys.Id, region ?? bucket.Region, moment, [], "", Expires: 900);
        return new FormUpload(new Uri(bucket.Endpoint, bucket.Name).AbsoluteUri, signature.FieldsOf(bucket, key), content);
    }

    /// <summary>True if the grant has this field. Ignores case.</summary>
    public bool Has(string field) => Fields.Any(one => Is(one, field));

    public string Get(string field) => Fields.Single(one => Is(one, field)).Value;

    /// <summary>Replaces the value of an existing field.</summary>
    public FormUpload With(string field, string value)
    {
        Assert.That(Has(field), $"The grant has no field {field}.");
        return this with { Fields = [.. Fields.Select(one => Is(one, field) ? KeyValuePair.Create(one.Key, value) : one)] };
    }

    public FormUpload WithKey(string key) => With("key", key);

    /// <summary>Adds a field before the others.</summary>
    public FormUpload Adding(string field, string value) => this with { Fields = [KeyValuePair.Create(field, value), .. Fields] };

    /// <summary>Adds a field after the others.</summary>
    public FormUpload Appending(string field, string value) => this with { Fields = [.. Fields, KeyValuePair.Create(field, value)] };

    public FormUpload Without(string field)
    {
        Assert.That(Has(field), $"The grant has no field {field}.");
        return this with { Fields = [.. Fields.Where(one => !Is(one, field))] };
    }

    public Task<StoreAnswer> SendAsync() => StoreAnswer.OfAsync(async http =>
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in Fields)
        {
            // Quoted, and without its own content type, as browsers send it.
            var part = new StringContent(value);
            part.Headers.ContentType = null;
            form.Add(part, $"\"{name}\"");
        }

        var file = new ByteArrayContent(Content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        file.Headers.ContentDisposition = new ContentDispositionHeaderValue("form-data")
        {
            Name = "\"file\"",
            FileName = $"\"{FileName}\"",
        };
        form.Add(file);

        return await http.PostAsync(new Uri(Url), form);
    });

    private static bool Is(KeyValuePair<string, string> field, string name) =>
        string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase);
}
