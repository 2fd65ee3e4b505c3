namespace S3Auth.Cli.Grants;

/// <summary>Keeps the folder grant of a coldkey in a file.</summary>
internal sealed class GrantFile(KeptState state, AccountId coldkey) : IGrantStore
{
    private readonly string _name = $"grant-{coldkey}.json";

    public byte[]? Read() => state.Read(_name);

    public void Write(ReadOnlySpan<byte> grant) => state.Write(_name, grant);

    public void Delete() => state.Delete(_name);
}
