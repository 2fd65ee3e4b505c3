using System.Security.Authentication;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The nodes of a chain in order of preference. If one node is enough, asks the first one that is not in back-off, and the next one if it
/// fails. If several nodes must agree, asks all of them together, as soon as enough of them are not in back-off. A back-off begins with a
/// failure and grows exponentially. Not thread-safe.
/// </summary>
/// <remarks>Opens connections for each reading. What a node sends over an idle connection would be neither read nor bounded.</remarks>
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
    private readonly NodeMember[] _members;
    private volatile NodeEndpoint? _lastUsed;

    public NodePool(ChainOptions options, ChainMetrics metrics, TimeProvider time, ILogger<NodePool> logger)
    {
        _options = options;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _members = [.. options.Network.Endpoints.Select((endpoint, preference) => new NodeMember(endpoint, preference, time))];
    }

    /// <summary>The node that answered in the last reading; of several, the preferred one. Null if the reading failed.</summary>
    internal NodeEndpoint? LastUsed => _lastUsed;

    /// <summary>The time until the server may ask enough nodes again.</summary>
    internal TimeSpan BackOffLeft => _members.Select(member => member.BackOffLeft).Order().ElementAt(_options.NodesThatAgree - 1);

    /// <summary>The last failure of each node that has failed since it last answered well.</summary>
    internal IEnumerable<ChainException> Problems => _members.Select(member => member.Problem).OfType<ChainException>();

    /// <summary>Reads something from the nodes.</summary>
    /// <param name="read">Reads from a group of nodes. Any exception counts as a failure of the group's nodes.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <exception cref="ChainException">All nodes failed. This is the failure of the most preferred node.</exception>
    internal async Task<T> ReadAsync<T>(Func<NodeGroup, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        ChainException? first = null;
        foreach (var group in _options.NodesThatAgree == 1 ? _members.Select(member => (NodeMember[])[member]) : [_members])
        {
            // Asks all nodes of a group, also those in back-off. Otherwise the node that lies may be one of the few that are asked.
            if (group.Count(member => member.BackOffLeft == TimeSpan.Zero) < _options.NodesThatAgree)
            {
                first ??= group.Select(member => member.Problem).FirstOrDefault(problem => problem is not null);
                continue;
            }

            var nodes = new NodeGroup(group, _options.NodesThatAgree, ConnectAsync, _time);
            try
            {
                var answer = await read(nodes, cancellationToken);
                MarkFailures(nodes);
                MarkUsed([.. group.Where(member => !nodes.Failures.ContainsKey(member))]);
                return answer;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                var failed = exception as ChainException ?? new ChainException(
                    ChainFailure.Internal,
                    "The metagraph could not be read because of a bug in the server. See the server's log.",
                    exception);
                MarkFailures(nodes);
                foreach (var member in group.Where(member => !nodes.Failures.ContainsKey(member)))
                {
                    BackOff(member, failed);
                }

                first ??= failed;
            }
            finally
            {
                nodes.Dispose();
            }
        }

        _lastUsed = null;
        throw first ?? new ChainException(ChainFailure.Internal, "No node was asked.");
    }

    private Task<NodeConnection> ConnectAsync(NodeMember member, CancellationToken cancellationToken) =>
        NodeConnection.ConnectAsync(member.Endpoint, _options.ConnectTimeout, _options.CallTimeout, _time, cancellationToken);

    private void MarkUsed(NodeMember[] used)
    {
        if (used[0].Problem is not null || _lastUsed != used[0].Endpoint)
        {
            LogUsed(used[0].Endpoint);
        }

        foreach (var member in used)
        {
            member.Recover();
        }

        _lastUsed = used[0].Endpoint;
    }

    private void MarkFailures(NodeGroup nodes)
    {
        foreach (var (member, failed) in nodes.Failures)
        {
            BackOff(member, failed);
        }
    }

    private void BackOff(NodeMember member, ChainException failed)
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

        member.BackOff(failed);
    }

    // Ignores numbers, because a node that is down or lags behind for a day reports another block each time.
    private static bool IsNew(ChainException? before, ChainException failed) =>
        before is null || PublicText.WithoutNumbers(before.Message) != PublicText.WithoutNumbers(failed.Message);

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
}
