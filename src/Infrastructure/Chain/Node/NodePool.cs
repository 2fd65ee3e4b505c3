using System.Security.Authentication;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The nodes of a chain in order of preference. Calls the first node that is not in back-off. A node that fails is skipped during an
/// exponential back-off and then is tried first again. Not thread-safe.
/// </summary>
/// <remarks>Opens a connection for each call. What a node sends over an idle connection would be neither read nor bounded.</remarks>
internal sealed partial class NodePool
{
    /// <summary>The back-off after a node's first failure. It doubles with each further failure.</summary>
    internal static readonly TimeSpan MinBackOff = TimeSpan.FromSeconds(1);

    /// <summary>The maximum back-off.</summary>
    internal static readonly TimeSpan MaxBackOff = TimeSpan.FromSeconds(30);

    private readonly ChainOptions _options;
    private readonly ChainMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Member[] _members;
    private volatile NodeEndpoint? _lastUsed;

    public NodePool(ChainOptions options, ChainMetrics metrics, TimeProvider time, ILogger<NodePool> logger)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _members = [.. options.Network.Endpoints.Select(endpoint => new Member(endpoint))];
    }

    /// <summary>The node that answered the last call; null if none did.</summary>
    internal NodeEndpoint? LastUsed => _lastUsed;

    /// <summary>The time until the back-off of some node ends.</summary>
    internal TimeSpan BackOffLeft => _members.Min(member => member.BackOffLeft(_time));

    /// <summary>Calls the nodes that are not in back-off one after the other until one succeeds.</summary>
    /// <param name="call">Calls one node. Any exception counts as a failure of the node.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ChainException">All nodes failed. This is the failure of the most preferred node.</exception>
    internal async Task<T> CallAsync<T>(Func<NodeConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        ChainException? first = null;
        foreach (var member in _members)
        {
            if (member.BackOffLeft(_time) > TimeSpan.Zero)
            {
                first ??= member.Problem;
                continue;
            }

            try
            {
                using var connection = await NodeConnection.ConnectAsync(
                    member.Endpoint, _options.ConnectTimeout, _options.CallTimeout, _time, cancellationToken);
                var answer = await call(connection, cancellationToken);
                MarkUsed(member);
                return answer;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // No answer of a node may stop the service, not even one that triggers a bug.
                var failed = exception as ChainException ?? new ChainException(
                    ChainFailure.Internal,
                    "The metagraph could not be read because of a bug in the server. See the server's log.",
                    exception);
                BackOff(member, failed);
                first ??= failed;
            }
        }

        _lastUsed = null;
        throw first ?? new ChainException(ChainFailure.Internal, "No node was asked.");
    }

    private void MarkUsed(Member used)
    {
        if (used.Problem is not null || _lastUsed != used.Endpoint)
        {
            LogUsed(used.Endpoint);
        }

        used.Recover();
        _lastUsed = used.Endpoint;
    }

    private void BackOff(Member member, ChainException failed)
    {
        _metrics.NodeFailed(failed.Failure);
        if (IsNew(member.Problem, failed))
        {
            if (failed.Failure == ChainFailure.Internal)
            {
                LogMistake(member.Endpoint, failed);
            }
            else
            {
                LogFailed(member.Endpoint, failed.Message, Cause(member.Endpoint, failed));
            }
        }

        member.BackOff(failed, _time);
    }

    // Ignores numbers, because a node that is down or lags behind for a day reports another block each time.
    private static bool IsNew(ChainException? before, ChainException failed) =>
        before is null || WithoutNumbers(before.Message) != WithoutNumbers(failed.Message);

    private static string WithoutNumbers(string text) => string.Concat(text.Where(c => !char.IsAsciiDigit(c)));

    // A node's message is untrusted, so the log gets one line of limited length. Other messages, such as that of a proxy, may contain
    // unknown secrets, so the log gets only their type.
    private static string Cause(NodeEndpoint endpoint, ChainException failed) => failed.InnerException?.GetBaseException() switch
    {
        null => "no further details",
        RemoteInvocationException or JsonException or AuthenticationException or SocketException =>
            string.Concat(
                endpoint.Redact(failed.InnerException.GetBaseException().Message).Take(200).Select(c => char.IsControl(c) ? ' ' : c)),
        var other => other.GetType().Name,
    };

    [LoggerMessage(LogLevel.Information, "Reading the metagraph from the node {Endpoint}")]
    private partial void LogUsed(NodeEndpoint endpoint);

    [LoggerMessage(LogLevel.Warning, "Could not read the metagraph from the node {Endpoint}: {Problem} ({Cause})")]
    private partial void LogFailed(NodeEndpoint endpoint, string problem, string cause);

    [LoggerMessage(LogLevel.Error, "Reading the metagraph from the node {Endpoint} failed because of a bug in the server")]
    private partial void LogMistake(NodeEndpoint endpoint, Exception mistake);

    private sealed class Member(NodeEndpoint endpoint)
    {
        private int _failures;
        private long _backOffSince;
        private TimeSpan _backOff;

        internal NodeEndpoint Endpoint { get; } = endpoint;

        /// <summary>The node's last failure; null after a success.</summary>
        internal ChainException? Problem { get; private set; }

        internal TimeSpan BackOffLeft(TimeProvider time)
        {
            var left = _backOff - time.GetElapsedTime(_backOffSince);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        internal void Recover()
        {
            _failures = 0;
            _backOff = TimeSpan.Zero;
            Problem = null;
        }

        internal void BackOff(ChainException problem, TimeProvider time)
        {
            // Jitter between half and all of the time, so that many servers do not return to a node at the same moment.
            var longest = MinBackOff * Math.Pow(2, Math.Min(_failures, 10));
            _backOff = (longest < MaxBackOff ? longest : MaxBackOff) * (0.5 + (Random.Shared.NextDouble() / 2));
            _backOffSince = time.GetTimestamp();
            _failures++;

            // Without the cause, which may contain megabytes that a node sent.
            Problem = new ChainException(problem.Failure, problem.Message);
        }
    }
}
