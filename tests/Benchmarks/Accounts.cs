namespace S3Auth.Benchmarks;

/// <summary>As many accounts as a benchmark wants; nobody has their keys.</summary>
internal static class Accounts
{
    internal static AccountId Number(int number)
    {
        var bytes = new byte[AccountId.Size];
        BitConverter.TryWriteBytes(bytes, number + 1);
        return AccountId.FromBytes(bytes);
    }
}
