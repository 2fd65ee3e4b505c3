using System.Text.Json;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>A POST form with its policy, byte for byte as this says.</summary>
internal sealed class TestForm(RunningStore store)
{
    public const string Boundary = "----formBoundary7MA4YWxkTrZu0gW";

    public TestSigner Signer { get; set; } = new() { When = store.Clock.GetUtcNow(), Region = store.Options.Region };

    /// <summary>Fields besides those of the signature, which <see cref="Build"/> adds.</summary>
    public List<(string Name, string Value)> Fields { get; } = [("key", "up/${filename}"), ("acl", "private")];

    public List<object> Conditions { get; } =
    [
        new Dictionary<string, string>(StringComparer.Ordinal) { ["bucket"] = RunningStore.Bucket },
        new object[] { "starts-with", "$key", "up/" },
        new object[] { "eq", "$acl", "private" },
        new object[] { "content-length-range", 1, 1000 },
    ];

    public string Expiration { get; set; } =
        store.Clock.GetUtcNow().AddHours(1).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>The policy's text where it is not made of the conditions.</summary>
    public string? PolicyText { get; set; }

    public string Target { get; set; } = "/" + RunningStore.Bucket;

    public string FileDisposition { get; set; } = "form-data; name=\"file\"; filename=\"a.txt\"";

    public byte[] File { get; set; } = "hello"u8.ToArray();

    public string AfterFile { get; set; } = "";

    public RawRequest Build()
    {
        Fields.AddRange(Signature());
        return BuildUnsigned();
    }

    public RawRequest BuildUnsigned()
    {
        var request = new RawRequest(store.Endpoint, "POST", Target).With("Content-Type", "multipart/form-data; boundary=" + Boundary);
        request.Body = Encode();
        return request;
    }

    public Task<RawResponse> SendAsync() => Build().SendAsync();

    /// <summary>The policy and what signs it.</summary>
    public IReadOnlyList<(string Name, string Value)> Signature()
    {
        (string Name, string Value)[] signed =
            [("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-credential", Signer.Credential), ("x-amz-date", Signer.Timestamp)];
        var conditions = Conditions.Concat(signed.Select(field => (object)new[] { "eq", "$" + field.Name, field.Value }));
        var text = PolicyText ?? JsonSerializer.Serialize(new { expiration = Expiration, conditions });
        var policy = Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
        return [.. signed, ("policy", policy), ("x-amz-signature", Signer.Sign(policy))];
    }

    public byte[] Encode()
    {
        using var body = new MemoryStream();
        foreach (var (name, value) in Fields)
        {
            Write($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }

        Write($"--{Boundary}\r\nContent-Disposition: {FileDisposition}\r\nContent-Type: text/plain\r\n\r\n");
        body.Write(File);
        Write($"\r\n{AfterFile}--{Boundary}--\r\n");
        return body.ToArray();

        void Write(string text) => body.Write(Encoding.UTF8.GetBytes(text));
    }
}
