namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of the object store.</summary>
internal sealed record StoreAnswer(HttpStatusCode Status, string Text)
{
    public bool Accepted => (int)Status is >= 200 and < 300;

    /// <summary>True if the store refused the request with a 4xx status.</summary>
    public bool Refused => (int)Status is >= 400 and < 500;

    public override string ToString() => $"{(int)Status}: {Text}";
}
