using System.Collections.Concurrent;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The nodes that take part in one reading, each with one connection. Asks them in parallel, and leaves out those that fail. Not
/// thread-safe.
/// </summary>
/// <param name="members">The nodes; at least one.</param>
/// <param name="required">How many nodes must answer, and must give the same answer.</param>
/// <param name="connect">Connects to a node.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeGroup(
    IReadOnlyList<NodeMember> members,
    int required,
    Func<NodeMember, CancellationToken, Task<NodeConnection>> connect,
    TimeProvider time) : IDisposable
{
    /// <summary>The extra time for the other nodes once enough nodes have answered.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The maximum time for all calls of one step, so that a node that answers each call just in time does not stop the readings.
    /// </summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<NodeMember, NodeConnection> _connections = new();
    private readonly Dictionary<NodeMember, ChainException> _failures = [];

    /// <summary>The nodes that failed or gave another answer than the others in this reading, and why.</summary>
    internal IReadOnlyDictionary<NodeMember, ChainException> Failures => _failures;

    /// <summary>Whether several nodes have to agree.</summary>
    internal bool NeedsAgreement => required > 1;

    /// <summary>
    /// Whether the reading goes on without the nodes that are asked now, at another block. Then <see cref="Grace"/> begins with the first
    /// answer, because a node that hangs may be one of those that are required.
    /// </summary>
    internal bool HasAlternative { get; set; }

    /// <summary>Asks all nodes that have not failed.</summary>
    /// <exception cref="ChainException">Too few nodes answered. Has the failure of the most preferred node that failed.</exception>
    internal Task<IReadOnlyList<NodeAnswer<T>>> AskAsync<T>(
        Func<NodeConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken) =>
        AskAsync(members, call, cancellationToken);

    /// <summary>Asks some nodes, and returns the answer that enough of them give.</summary>
    /// <param name="among">The nodes to ask.</param>
    /// <param name="subject">What the answer is about, for messages, such as <c>block 7</c>.</param>
    /// <param name="call">Asks one node. Equal answers must be equal objects.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="ChainException">Too few nodes answered, or too few gave the same answer.</exception>
    internal async Task<Agreement<T>> AgreeAsync<T>(
        IReadOnlyList<NodeMember> among,
        string subject,
        Func<NodeConnection, CancellationToken, Task<T>> call,
        CancellationToken cancellationToken)
    {
        var answers = await AskAsync(among, call, cancellationToken);
        var groups = answers.GroupBy(answer => answer.Value).OrderByDescending(group => group.Count()).ToArray();
        if (groups[0].Count() < required || (groups.Length > 1 && groups[1].Count() == groups[0].Count()))
        {
            throw new ChainException(
                ChainFailure.Disagreement,
                $"The nodes give different answers about {subject}: "
                    + $"{string.Join("; ", groups.Select(group => string.Join(" and ", group.Select(answer => answer.Node))))}. "
                    + $"NODES_THAT_AGREE is {required}.");
        }

        return new Agreement<T>(
            groups[0].Key,
            [.. groups[0].Select(answer => answer.Node)],
            [.. groups.Skip(1).SelectMany(group => group).Select(answer => answer.Node)]);
    }

    /// <summary>Leaves a node out of the rest of this reading.</summary>
    internal void Fail(NodeMember node, ChainException failure)
    {
        _failures.TryAdd(node, failure);
        if (_connections.TryRemove(node, out var connection))
        {
            connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var connection in _connections.Values)
        {
            connection.Dispose();
        }

        _connections.Clear();
    }

    private async Task<IReadOnlyList<NodeAnswer<T>>> AskAsync<T>(
        IReadOnlyList<NodeMember> among, Func<NodeConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        // Linked, not registered, because the timer may fire at the moment of the disposal.
        using var timeout = new CancellationTokenSource(MaxTime, time);
        using var rest = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);

        // A list: two calls that complete at once with an equal answer may share one task.
        var pending = among.Where(node => !_failures.ContainsKey(node))
            .Select(node => (Node: node, Call: CallAsync(node, call, rest.Token)))
            .ToList();
        var answers = new List<NodeAnswer<T>>();
        var isGrace = false;
        while (pending.Count > 0)
        {
            var done = await Task.WhenAny(pending.Select(one => one.Call));
            var index = pending.FindIndex(one => one.Call == done);
            var node = pending[index].Node;
            pending.RemoveAt(index);
            try
            {
                answers.Add(new NodeAnswer<T>(node, await done));
            }
            catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
            {
                Fail(node, ToChainException(node, failed, isGrace));
            }

            if (!isGrace && answers.Count >= (HasAlternative ? 1 : required))
            {
                isGrace = true;
                timeout.CancelAfter(Grace);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return answers.Count >= required
            ? [.. answers.OrderBy(answer => answer.Node.Preference)]
            : throw TooFewAnswers(answers.Count, among.Where(_failures.ContainsKey).Select(node => _failures[node]).FirstOrDefault());
    }

    private async Task<T> CallAsync<T>(
        NodeMember node, Func<NodeConnection, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (!_connections.TryGetValue(node, out var connection))
        {
            connection = await connect(node, cancellationToken);
            _connections[node] = connection;
        }

        return await call(connection, cancellationToken);
    }

    private ChainException TooFewAnswers(int count, ChainException? first) => first is not null && !NeedsAgreement
        ? first
        : new ChainException(
            first?.Failure ?? ChainFailure.Disagreement,
            $"Too few nodes answer: {count}, but NODES_THAT_AGREE is {required}. {first?.Message}".TrimEnd(),
            first?.InnerException);

    // No answer of a node may stop the service, not even one that triggers a bug.
    private static ChainException ToChainException(NodeMember node, Exception failed, bool isGrace) => failed switch
    {
        ChainException known => known,
        OperationCanceledException => new ChainException(
            ChainFailure.Timeout,
            isGrace
                ? $"The node {node} did not answer within {Grace.TotalSeconds:0} s after the other nodes."
                : $"The node {node} did not answer all calls of one step within {MaxTime.TotalSeconds:0} s.",
            failed),
        _ => new ChainException(
            ChainFailure.Internal, "The metagraph could not be read because of a bug in the server. See the server's log.", failed),
    };
}

/// <summary>The answer of one node.</summary>
internal sealed record NodeAnswer<T>(NodeMember Node, T Value);

/// <summary>An answer that enough nodes gave.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Nodes">The nodes that gave it, the preferred one first.</param>
/// <param name="Others">The nodes that gave another one.</param>
internal sealed record Agreement<T>(T Value, IReadOnlyList<NodeMember> Nodes, IReadOnlyList<NodeMember> Others);
