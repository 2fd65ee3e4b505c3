namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>What the object store answered.</summary>
internal sealed record StoreAnswer(HttpStatusCode Status, string Text)
{
    public bool Accepted => (int)Status is >= 200 and < 300;

    /// <summary>A refusal of this very request: neither success, nor a redirect, nor a failure of the server.</summary>
    public bool Refused => (int)Status is >= 400 and < 500;

    public override string ToString() => $"{(int)Status}: {Text}";
}
