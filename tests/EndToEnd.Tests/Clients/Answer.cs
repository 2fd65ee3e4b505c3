namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of the service.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, string? RequestId, string? RetryAfter, string Text)
{
    /// <summary>The answer's JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Text)?.AsObject() ?? throw new InvalidOperationException($"Not an object: {Text}");

    /// <summary>The <c>code</c> of a refusal.</summary>
    public string? Code => (string?)Json["code"];

    /// <summary>The <c>detail</c> of a refusal.</summary>
    public string Detail => (string?)Json["detail"] ?? "";

    /// <summary>The members or headers that a refusal names as invalid.</summary>
    public IEnumerable<string> Wrong => Json["errors"]?.AsObject().Select(one => one.Key) ?? [];

    public override string ToString() => $"{(int)Status} {ContentType}: {Text}";
}
