namespace S3Auth.Infrastructure.Chain;

/// <summary>Why the chain could not be read; in metrics, in snake_case.</summary>
internal enum ChainFailure
{
    /// <summary>No connection to the node: refused, no such host, TLS, no WebSocket.</summary>
    Unreachable,

    /// <summary>The node did not answer in time.</summary>
    Timeout,

    /// <summary>The connection ended before the answer did.</summary>
    Disconnected,

    /// <summary>The node answered with an error.</summary>
    NodeError,

    /// <summary>The answer is not what the protocol says: no JSON-RPC, no such SCALE, lists of different lengths, another netuid.</summary>
    Malformed,

    /// <summary>The answer is larger than what is read.</summary>
    TooLarge,

    /// <summary>The chain says that there is no such subnet.</summary>
    SubnetMissing,

    /// <summary>The node's finalized block is older than one that was seen: it lags behind, or its chain was reset.</summary>
    OlderBlock,

    /// <summary>The node's finalized block has been the same for too long.</summary>
    StandingStill,

    /// <summary>The node follows another chain than the one before it.</summary>
    OtherChain,

    /// <summary>A mistake in this program.</summary>
    Internal,
}
