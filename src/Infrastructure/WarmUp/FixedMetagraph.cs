namespace S3Auth.Infrastructure.WarmUp;

/// <summary>A metagraph that does not change.</summary>
internal sealed class FixedMetagraph(Metagraph metagraph) : IMetagraph
{
    public string Network => metagraph.Network;

    public ushort Netuid => metagraph.Netuid;

    public Metagraph Current => metagraph;

    public void RefreshSoon()
    {
    }

    public MetagraphState Describe() => new(
        Synchronised: false, metagraph.Block, metagraph.Count, metagraph.ReadAt, Age: TimeSpan.Zero, Endpoint: null, LastError: null);
}
