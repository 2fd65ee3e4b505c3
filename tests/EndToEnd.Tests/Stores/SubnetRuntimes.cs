namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>Recorded runtimes, with accounts in their state whose keys the tests have.</summary>
internal static class SubnetRuntimes
{
    /// <summary>Who the miner's hotkey belongs to if one believes a lie.</summary>
    public static readonly Miner Thief = Subnet.OrdinaryMiner with { Coldkey = Account.Development("//Bob//new-cold") };

    /// <summary>Who has a permit and stake if one believes a lie.</summary>
    public static readonly Miner FalseValidator = Miner.Development("Charlie");

    /// <summary>
    /// Returns the recorded runtime of this name. <see cref="Subnet.Validator"/> has uid 0, <see cref="Subnet.OrdinaryMiner"/> uid 1.
    /// </summary>
    public static TestRuntime Of(string name)
    {
        var recorded = RecordedRuntimes.All[name];
        var state = recorded.AnswerBytes;
        foreach (var (account, uid) in ((Miner, int)[])[(Subnet.Validator, 0), (Subnet.OrdinaryMiner, 1)])
        {
            state = Replace(state, SHA256.HashData(Encoding.ASCII.GetBytes($"hotkey {uid}")), account.Hotkey);
            state = Replace(state, SHA256.HashData(Encoding.ASCII.GetBytes($"coldkey {uid}")), account.Coldkey);
        }

        return new TestRuntime(recorded.SpecVersion, recorded.MetadataBytes, MetadataV14: null, state);
    }

    /// <summary>Returns the state in which the thief owns the miner's hotkey.</summary>
    public static byte[] WithThief(byte[] state) =>
        Replace(state, Subnet.OrdinaryMiner.Coldkey.Keys.AccountId.ToBytes(), Thief.Coldkey);

    /// <summary>
    /// Returns the state in which the thief owns the miner's hotkey, and the false validator is in the validator's place.
    /// </summary>
    public static byte[] Lie(byte[] state) =>
        Replace(WithThief(state), Subnet.Validator.Hotkey.Keys.AccountId.ToBytes(), FalseValidator.Hotkey);

    /// <summary>
    /// Returns the metadata with the names of two lists exchanged: the stake of all subnets is said to be this one's. The state is read
    /// without an error, and the validator has no stake.
    /// </summary>
    public static byte[] LieAboutStake(byte[] metadata)
    {
        var lie = metadata.ToArray();
        var (alpha, total) = (lie.AsSpan().IndexOf("alpha_stake"u8), lie.AsSpan().IndexOf("total_stake"u8));
        Assert.That((alpha, total), Is.GreaterThan((0, 0)), "the metadata has both names");
        "total_stake"u8.CopyTo(lie.AsSpan(alpha));
        "alpha_stake"u8.CopyTo(lie.AsSpan(total));
        return lie;
    }

    private static byte[] Replace(byte[] state, byte[] account, Account other)
    {
        var replaced = state.ToArray();
        var at = replaced.AsSpan().IndexOf(account);
        Assert.That(at, Is.GreaterThan(0), "the state names the account");
        while (at >= 0)
        {
            other.Keys.AccountId.CopyTo(replaced.AsSpan(at));
            at = replaced.AsSpan().IndexOf(account);
        }

        return replaced;
    }
}
