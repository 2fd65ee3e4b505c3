namespace S3Auth.Infrastructure.Chain;

/// <summary>The block at which the server reads the metagraph: the newest finalized one, or one behind the best one.</summary>
/// <param name="BlocksBehindBest">The number of blocks behind the best one; null for the newest finalized block.</param>
public readonly record struct MetagraphHead(int? BlocksBehindBest)
{
    /// <summary>The maximum distance to the best block. Nodes keep the state of 256 blocks.</summary>
    public const int MaxBlocksBehindBest = 200;

    private const string FinalizedText = "finalized";
    private const string BestPrefix = "best-";

    /// <summary>The newest finalized block, which the chain cannot take back.</summary>
    public static MetagraphHead Finalized => default;

    /// <summary>Parses <c>finalized</c> or <c>best-N</c>.</summary>
    public static bool TryParse(string text, out MetagraphHead head)
    {
        ArgumentNullException.ThrowIfNull(text);

        head = default;
        if (string.Equals(text, FinalizedText, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!text.StartsWith(BestPrefix, StringComparison.OrdinalIgnoreCase)
            || !int.TryParse(text.AsSpan(BestPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var behind)
            || behind > MaxBlocksBehindBest)
        {
            return false;
        }

        head = new MetagraphHead(behind);
        return true;
    }

    /// <summary><c>finalized</c> or <c>best-N</c>.</summary>
    public override string ToString() =>
        BlocksBehindBest is { } behind ? string.Create(CultureInfo.InvariantCulture, $"{BestPrefix}{behind}") : FinalizedText;
}
