namespace S3Auth.Benchmarks;

/// <summary>Any number of accounts without private keys.</summary>
internal static class Accounts
{
    internal static AccountId Number(int number)
    {
        var bytes = new byte[AccountId.Size];
        BitConverter.TryWriteBytes(bytes, number + 1);
        return AccountId.FromBytes(bytes);
    }
}
