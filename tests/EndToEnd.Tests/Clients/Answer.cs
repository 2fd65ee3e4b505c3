namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of the service.</summary>
internal sealed record Answer(HttpStatusCode Status, string? ContentType, string? RequestId, string? RetryAfter, string Text)
{
    /// <summary>What is left of the caller's quota today: <c>"miner";r=99;t=3600, "files";r=1000;t=3600</c>.</summary>
    public string? RateLimit { get; init; }

    /// <summary>What is left of one limit.</summary>
    public long Left(string limit) => long.Parse(
        Regex.Match(RateLimit ?? "", $"\"{limit}\";r=(?<left>[0-9]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
            .Groups["left"].Value,
        CultureInfo.InvariantCulture);

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
