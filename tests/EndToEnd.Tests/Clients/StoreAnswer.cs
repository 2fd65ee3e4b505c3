namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of the object store.</summary>
internal sealed record StoreAnswer(HttpStatusCode Status, string Text)
{
    public bool Accepted => (int)Status is >= 200 and < 300;

    /// <summary>True if the store refused the request: with a 4xx status, or with 501 for a method that it does not have.</summary>
    public bool Refused => (int)Status is (>= 400 and < 500) or 501;

    public override string ToString() => $"{(int)Status}: {Text}";
}
