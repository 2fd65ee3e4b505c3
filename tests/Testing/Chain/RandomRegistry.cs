namespace S3Auth.Testing.Chain;

/// <summary>A random type registry with values of its types.</summary>
/// <param name="Number">Its position in the file.</param>
/// <param name="Types">The SCALE of its <c>Vec&lt;PortableType&gt;</c>.</param>
/// <param name="Values">Values of its types.</param>
public sealed record RandomRegistry(int Number, byte[] Types, IReadOnlyList<RandomValue> Values)
{
    public override string ToString() => FormattableString.Invariant($"registry {Number}");
}

/// <param name="Type">The id of its type.</param>
/// <param name="Scale">Its SCALE.</param>
public sealed record RandomValue(int Type, byte[] Scale);
