using System.Text;

namespace S3Auth.Application.Sealing;

/// <summary>
/// Seals texts that this deployment hands out and reads again later. A seal opens only for the same kind, bucket, subnet and network.
/// </summary>
internal sealed class DeploymentSeals(ISealer sealer, IObjectStore store, IMetagraph metagraph)
{
    /// <summary>Seals content.</summary>
    /// <param name="kind">What the content is, without a colon.</param>
    /// <param name="content">The content.</param>
    internal string Seal(string kind, ReadOnlySpan<byte> content) => sealer.Seal(content, PurposeOf(kind));

    /// <summary>Opens a seal; null if this deployment did not make it for this kind.</summary>
    internal byte[]? Open(string kind, string seal) => sealer.Open(seal, PurposeOf(kind));

    // Computed for each seal, because the network's name may be known only after the first answer of a node. The network comes last,
    // because only its name may contain a colon.
    private byte[] PurposeOf(string kind) =>
        Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{kind}:{metagraph.Netuid}:{store.Info.Bucket}:{metagraph.Network}"));
}
