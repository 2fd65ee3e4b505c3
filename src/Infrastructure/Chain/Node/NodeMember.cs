namespace S3Auth.Infrastructure.Chain;

/// <summary>A configured node, with its last problem and its back-off. Not thread-safe.</summary>
/// <param name="endpoint">The node.</param>
/// <param name="preference">Its position in the configuration.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeMember(NodeEndpoint endpoint, int preference, TimeProvider time)
{
    private int _failures;
    private long _backOffSince;
    private TimeSpan _backOff;
    private volatile ChainException? _problem;

    internal NodeEndpoint Endpoint { get; } = endpoint;

    /// <summary>The node's position in the configuration; 0 for the most preferred one.</summary>
    internal int Preference { get; } = preference;

    /// <summary>The node's last failure; null after a success.</summary>
    internal ChainException? Problem => _problem;

    /// <summary>The time until the server may ask the node again; zero if it may now.</summary>
    internal TimeSpan BackOffLeft
    {
        get
        {
            var left = _backOff - time.GetElapsedTime(_backOffSince);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Ends the back-off after a success.</summary>
    internal void Recover()
    {
        _failures = 0;
        _backOff = TimeSpan.Zero;
        _problem = null;
    }

    /// <summary>Starts a back-off after a failure; it doubles with each further failure.</summary>
    internal void BackOff(ChainException problem)
    {
        // Jitter between half and all of the time, so that many servers do not return to a node at the same moment.
        var longest = NodePool.MinBackOff * Math.Pow(2, Math.Min(_failures, 10));
        _backOff = (longest < NodePool.MaxBackOff ? longest : NodePool.MaxBackOff) * (0.5 + (Random.Shared.NextDouble() / 2));
        _backOffSince = time.GetTimestamp();
        _failures++;

        // Without the cause, which may contain megabytes that a node sent.
        _problem = new ChainException(problem.Failure, problem.Message);
    }

    /// <summary>The node's public address.</summary>
    public override string ToString() => Endpoint.Origin;
}
