namespace S3Auth.Cli.Credentials;

/// <summary>Temporary credentials that the server issued, and for whom.</summary>
/// <param name="Hotkey">The hotkey that asked.</param>
/// <param name="Role">The role: <c>miner</c> or <c>validator</c>.</param>
/// <param name="Answer">The server's answer. It contains secrets: print it to stdout only, and only as the result.</param>
internal sealed record IssuedSession(AccountId Hotkey, string Role, SessionCredentials Answer)
{
    /// <summary>When the credentials expire, as AWS's tools read it.</summary>
    internal string Expiration => Answer.Expiration.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal bool UsesPathStyle => Answer.Addressing == "path";

    /// <summary>The addresses of the folders, such as <c>s3://bucket/data/x/5…/</c>.</summary>
    internal IEnumerable<string> Folders => Answer.Prefixes.Select(prefix => $"s3://{Answer.Bucket}/{prefix}");

    /// <summary>Leaves out the secrets.</summary>
    public override string ToString() => $"{Role} until {Expiration}";
}
