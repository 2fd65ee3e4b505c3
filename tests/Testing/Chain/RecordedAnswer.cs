namespace S3Auth.Testing.Chain;

/// <param name="Name">What it is.</param>
/// <param name="Netuid">The subnet that was asked for.</param>
/// <param name="Scale">The answer, in hex.</param>
/// <param name="Neurons">What it says; null when it must be refused.</param>
/// <param name="Error">Why it must be refused; null when it is good.</param>
public sealed record RecordedAnswer(string Name, ushort Netuid, string Scale, IReadOnlyList<RecordedNeuron>? Neurons, string? Error)
{
    public byte[] Bytes => Convert.FromHexString(Scale);

    public override string ToString() => Name;
}

/// <param name="Uid">Its uid.</param>
/// <param name="Hotkey">SS58.</param>
/// <param name="Coldkey">SS58.</param>
/// <param name="Permit">Whether it may validate.</param>
/// <param name="Stake">Its alpha stake in units.</param>
/// <param name="Active">Whether it is active.</param>
public sealed record RecordedNeuron(ushort Uid, string Hotkey, string Coldkey, bool Permit, string Stake, bool Active);
