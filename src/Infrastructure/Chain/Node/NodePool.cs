using System.Security.Authentication;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// A chain's nodes in order of preference. The first that answers is used; one that fails rests, longer with every failure, while
/// the next ones are asked, and is asked first again after its rest. For one caller at a time.
/// </summary>
/// <remarks>No connection is kept between two questions: nobody would read, or bound, what a node sends over it meanwhile.</remarks>
internal sealed partial class NodePool
{
    /// <summary>How long a node rests after its first failure; twice as long after each further one.</summary>
    internal static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a node rests.</summary>
    internal static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly ChainOptions _options;
    private readonly ChainMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Member[] _members;
    private volatile NodeEndpoint? _inUse;

    public NodePool(ChainOptions options, ChainMetrics metrics, TimeProvider time, ILogger<NodePool> logger)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _members = [.. options.Network.Endpoints.Select(endpoint => new Member(endpoint))];
    }

    /// <summary>The node that answered last; null when none did.</summary>
    internal NodeEndpoint? InUse => _inUse;

    /// <summary>After how long some node may be asked again.</summary>
    internal TimeSpan RestLeft => _members.Min(member => member.RestLeft(_time));

    /// <summary>Asks the nodes one after the other, but for those that rest, until one gives what is wanted.</summary>
    /// <param name="ask">Asks one node. Whatever it throws counts as that node's failure.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ChainException">None gave it; this is the first failure among them, that of the node most preferred.</exception>
    internal async Task<T> AskAsync<T>(Func<NodeConnection, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        ChainException? first = null;
        foreach (var member in _members)
        {
            if (member.RestLeft(_time) > TimeSpan.Zero)
            {
                first ??= member.Problem;
                continue;
            }

            try
            {
                using var connection = await NodeConnection.ConnectAsync(
                    member.Endpoint, _options.ConnectTimeout, _options.CallTimeout, _time, cancellationToken);
                var answer = await ask(connection, cancellationToken);
                Use(member);
                return answer;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing that a node sends may end the service, not even what uncovers a mistake in it.
                var failed = exception as ChainException ?? new ChainException(
                    ChainFailure.Internal, "The metagraph could not be read because of a mistake in this program; its log says more.", exception);
                Rest(member, failed);
                first ??= failed;
            }
        }

        _inUse = null;
        throw first ?? new ChainException(ChainFailure.Internal, "No node was asked.");
    }

    private void Use(Member used)
    {
        if (used.Problem is not null || _inUse != used.Endpoint)
        {
            LogUsed(used.Endpoint);
        }

        used.Recover();
        _inUse = used.Endpoint;
    }

    private void Rest(Member member, ChainException failed)
    {
        _metrics.NodeFailed(failed.Failure);
        if (IsNews(member.Problem, failed))
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

        member.Rest(failed, _time);
    }

    // A node may be away for a day, or be behind by another number of blocks at every look.
    private static bool IsNews(ChainException? before, ChainException failed) =>
        before is null || WithoutNumbers(before.Message) != WithoutNumbers(failed.Message);

    private static string WithoutNumbers(string text) => string.Concat(text.Where(c => !char.IsAsciiDigit(c)));

    // What a node says may be anything: one line of it, not too long a one. What others say, a proxy for one, may hold secrets that
    // nobody here knows: only what it is.
    private static string Cause(NodeEndpoint endpoint, ChainException failed) => failed.InnerException?.GetBaseException() switch
    {
        null => "no more is known",
        RemoteInvocationException or JsonException or AuthenticationException or SocketException =>
            string.Concat(endpoint.Redact(failed.InnerException.GetBaseException().Message).Take(200).Select(c => char.IsControl(c) ? ' ' : c)),
        var other => other.GetType().Name,
    };

    [LoggerMessage(LogLevel.Information, "The metagraph is read from the node {Endpoint}")]
    private partial void LogUsed(NodeEndpoint endpoint);

    [LoggerMessage(LogLevel.Warning, "The metagraph could not be read from the node {Endpoint}: {Problem} ({Cause})")]
    private partial void LogFailed(NodeEndpoint endpoint, string problem, string cause);

    [LoggerMessage(LogLevel.Error, "Reading the metagraph from the node {Endpoint} uncovered a mistake in this program")]
    private partial void LogMistake(NodeEndpoint endpoint, Exception mistake);

    private sealed class Member(NodeEndpoint endpoint)
    {
        private int _failures;
        private long _restsSince;
        private TimeSpan _rest;

        internal NodeEndpoint Endpoint { get; } = endpoint;

        /// <summary>Its last failure; null after an answer.</summary>
        internal ChainException? Problem { get; private set; }

        internal TimeSpan RestLeft(TimeProvider time)
        {
            var left = _rest - time.GetElapsedTime(_restsSince);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }

        internal void Recover()
        {
            _failures = 0;
            _rest = TimeSpan.Zero;
            Problem = null;
        }

        internal void Rest(ChainException problem, TimeProvider time)
        {
            // Between half and all of it, so that many servers do not come back to a node in the same moment.
            var longest = ShortestRest * Math.Pow(2, Math.Min(_failures, 10));
            _rest = (longest < LongestRest ? longest : LongestRest) * (0.5 + (Random.Shared.NextDouble() / 2));
            _restsSince = time.GetTimestamp();
            _failures++;

            // Without its cause, which may hold megabytes that a node sent.
            Problem = new ChainException(problem.Failure, problem.Message);
        }
    }
}
