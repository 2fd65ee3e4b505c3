using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Text.Json;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain.Node;

/// <summary>
/// One connection to a node: JSON-RPC 2.0 over a WebSocket. Whatever goes wrong is a <see cref="ChainException"/>, and after it the
/// connection is of no more use.
/// </summary>
internal sealed class NodeConnection : IDisposable
{
    private const int ReceiveBufferBytes = 64 * 1024;

    /// <summary>How often the connection is probed while nothing is asked, and how long the probe's answer may take.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan ReasonTimeout = TimeSpan.FromSeconds(1);

    private readonly BoundedWebSocket _socket;
    private readonly JsonRpc _rpc;
    private readonly TimeSpan _callTimeout;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<Exception?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _chain;

    private NodeConnection(NodeEndpoint endpoint, WebSocket socket, TimeSpan callTimeout, TimeProvider time)
    {
        Endpoint = endpoint;
        _socket = new BoundedWebSocket(socket);
        _callTimeout = callTimeout;
        _time = time;

        _rpc = new JsonRpc(new WebSocketMessageHandler(_socket, new SystemTextJsonFormatter(), ReceiveBufferBytes))
        {
            // A node knows no way to cancel a call; one that is given up ends its connection.
            CancellationStrategy = null,
        };
        _rpc.Disconnected += (_, end) => _ended.TrySetResult(end.Exception);
        _rpc.StartListening();
    }

    /// <summary>Whom it is to.</summary>
    internal NodeEndpoint Endpoint { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="ChainException">The node cannot be reached, or does not answer within <paramref name="connectTimeout"/>.</exception>
    internal static async Task<NodeConnection> ConnectAsync(
        NodeEndpoint endpoint, TimeSpan connectTimeout, TimeSpan callTimeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        socket.Options.CollectHttpResponseDetails = true;

        using var timeout = new CancellationTokenSource(connectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The name's resolution does not always heed its token.
            await socket.ConnectAsync(endpoint.Address, either.Token).WaitAsync(either.Token);
            return new NodeConnection(endpoint, socket, callTimeout, time);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new ChainException(ChainFailure.Timeout, $"The node {endpoint} could not be connected to within {connectTimeout.TotalSeconds:0.#} s.", late);
        }
        catch (WebSocketException failed)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            throw new ChainException(ChainFailure.Unreachable, $"The node {endpoint} cannot be reached: {Describe(failed, (int)status)}.", failed);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The chain's name, as the node says it; asked for once.</summary>
    internal async Task<string> GetChainAsync(CancellationToken cancellationToken) =>
        _chain ??= Readable(await CallAsync<string>("system_chain", [], cancellationToken));

    /// <summary>The newest block that the chain will not take back.</summary>
    internal Task<HexBytes> GetFinalizedHeadAsync(CancellationToken cancellationToken) =>
        CallAsync<HexBytes>("chain_getFinalizedHead", [], cancellationToken);

    /// <summary>The header of a block.</summary>
    internal Task<BlockHeader> GetHeaderAsync(HexBytes block, CancellationToken cancellationToken) =>
        CallAsync<BlockHeader>("chain_getHeader", [block], cancellationToken);

    /// <summary>What a function of the runtime's answers at a block; arguments and answer in SCALE.</summary>
    internal Task<HexBytes> CallRuntimeAsync(string function, HexBytes arguments, HexBytes block, CancellationToken cancellationToken) =>
        CallAsync<HexBytes>("state_call", [function, arguments, block], cancellationToken);

    public void Dispose()
    {
        _rpc.Dispose();
        _socket.Dispose();
    }

    private async Task<T> CallAsync<T>(string method, object[] arguments, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_callTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The library waits for the node's answer also to a call that is given up. A null answer is none of these types.
            return await _rpc.InvokeWithCancellationAsync<T?>(method, arguments, either.Token).WaitAsync(either.Token)
                ?? throw Malformed(method, cause: null);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ChainException(ChainFailure.Timeout, $"The node {Endpoint} did not answer {method} within {_callTimeout.TotalSeconds:0.#} s.", late);
        }
        catch (RemoteInvocationException error)
        {
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} answered {method} with error {error.ErrorCode}.", error);
        }
        catch (RemoteMethodNotFoundException error)
        {
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} does not know {method}.", error);
        }
        catch (Exception lost) when (lost is ConnectionLostException or ObjectDisposedException)
        {
            throw await EndedAsync(method, lost);
        }
        catch (Exception unreadable) when (unreadable is RemoteRpcException or JsonException)
        {
            throw Malformed(method, unreadable);
        }
    }

    // A call learns that the connection is gone before it is said why.
    private async Task<ChainException> EndedAsync(string method, Exception lost)
    {
        await Task.WhenAny(_ended.Task, Task.Delay(ReasonTimeout, _time));
        if (_socket.Exceeded)
        {
            return new ChainException(
                ChainFailure.TooLarge, $"The node {Endpoint} sent more than {BoundedWebSocket.MaxMessageBytes / (1024 * 1024)} MiB in answer to {method}.", lost);
        }

        // What ends a connection and is not of the network is what was received.
        var cause = _ended.Task.IsCompletedSuccessfully ? await _ended.Task : null;
        return cause is null or WebSocketException or IOException or ObjectDisposedException or OperationCanceledException
            ? new ChainException(ChainFailure.Disconnected, $"The connection to the node {Endpoint} ended during {method}.", lost)
            : Malformed(method, cause);
    }

    private ChainException Malformed(string method, Exception? cause) =>
        new(ChainFailure.Malformed, $"The node {Endpoint} sent no usable answer to {method}.", cause);

    // A name that goes into logs and answers.
    private string Readable(string chain) => chain is { Length: > 0 and <= 64 } && chain.All(c => c is >= ' ' and <= '~')
        ? chain
        : throw Malformed("system_chain", cause: null);

    private static string Describe(WebSocketException failed, int status)
    {
        for (Exception? cause = failed; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return "no trusted TLS connection";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "nobody listens there";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return "its name is not known";
                case SocketException:
                    return "the network does not get there";
            }
        }

        return status > 0 ? FormattableString.Invariant($"it answered with HTTP status {status} instead of a WebSocket") : "it opened no WebSocket";
    }
}
