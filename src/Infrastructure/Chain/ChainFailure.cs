namespace S3Auth.Infrastructure.Chain;

/// <summary>Why the chain could not be read. Metrics have these names in snake_case as reasons.</summary>
internal enum ChainFailure
{
    /// <summary>The node cannot be connected to: connection refused, unknown host, TLS error, no WebSocket.</summary>
    Unreachable,

    /// <summary>The node did not answer in time.</summary>
    Timeout,

    /// <summary>The connection ended before the answer was complete.</summary>
    Disconnected,

    /// <summary>The node answered with an error.</summary>
    NodeError,

    /// <summary>The answer breaks the protocol: not JSON-RPC, invalid SCALE, lists of different lengths, another netuid.</summary>
    Malformed,

    /// <summary>The answer is larger than <see cref="BoundedWebSocket.MaxMessageBytes"/>.</summary>
    TooLarge,

    /// <summary>The chain has no such subnet.</summary>
    SubnetMissing,

    /// <summary>The runtime has changed so that the server cannot read the subnet. The message names what is missing.</summary>
    RuntimeUnsupported,

    /// <summary>The node's newest block is older than that of the current snapshot: the node lags behind, or its chain was reset.</summary>
    OlderBlock,

    /// <summary>The node's newest block is still that of the current snapshot, and over 5 minutes old.</summary>
    StandingStill,

    /// <summary>The node's newest block is over 5 minutes old, or many blocks behind the other nodes.</summary>
    Lagging,

    /// <summary>The node's newest block is older than the maximum staleness.</summary>
    StaleBlock,

    /// <summary>The node's newest block has a time in the future, or the server's clock is slow.</summary>
    FutureBlock,

    /// <summary>The node follows another chain than that of the current snapshot.</summary>
    OtherChain,

    /// <summary>The node gives another answer about a block than the other nodes, or too few nodes give the same one.</summary>
    Disagreement,

    /// <summary>A bug in the server.</summary>
    Internal,
}
