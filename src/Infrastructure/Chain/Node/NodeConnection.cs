using System.Diagnostics;
using System.Net.WebSockets;
using System.Security.Authentication;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// One connection to a node: JSON-RPC 2.0 over a WebSocket, for one sync. Whatever goes wrong is a <see cref="ChainException"/>, and
/// after it the connection is of no more use.
/// </summary>
internal sealed class NodeConnection : IDisposable
{
    private const int ReceiveBufferBytes = 64 * 1024;
    private const int BlockHashBytes = 32;

    private static readonly TimeSpan ReasonTimeout = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http;
    private readonly BoundedWebSocket _socket;
    private readonly JsonRpc _rpc;
    private readonly TimeSpan _callTimeout;
    private readonly TimeProvider _time;

    private NodeConnection(NodeEndpoint endpoint, WebSocket socket, HttpMessageInvoker http, TimeSpan callTimeout, TimeProvider time)
    {
        Endpoint = endpoint;
        _http = http;
        _socket = new BoundedWebSocket(socket);
        _callTimeout = callTimeout;
        _time = time;

        _rpc = new JsonRpc(new WebSocketMessageHandler(_socket, new AnswerFormatter(), ReceiveBufferBytes))
        {
            // A node knows no way to cancel a call; one that is given up ends its connection.
            CancellationStrategy = null,

            // The library's own would write what a node sends into the system's log.
            TraceSource = new TraceSource(nameof(NodeConnection), SourceLevels.Off),
        };
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
        socket.Options.CollectHttpResponseDetails = true;

        // To the configured host and no other: not where a redirect points, and to this machine not through a proxy.
        var http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = !endpoint.Address.IsLoopback,
        });

        using var timeout = new CancellationTokenSource(connectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // The name's resolution does not always heed its token.
            await socket.ConnectAsync(endpoint.Address, http, either.Token).WaitAsync(either.Token);
            return new NodeConnection(endpoint, socket, http, callTimeout, time);
        }
        catch (Exception failed)
        {
            var status = socket.HttpStatusCode;
            socket.Dispose();
            http.Dispose();
            switch (failed)
            {
                case OperationCanceledException when !cancellationToken.IsCancellationRequested:
                    throw new ChainException(
                        ChainFailure.Timeout, $"The node {endpoint} could not be connected to within {connectTimeout.TotalSeconds:0.#} s.", failed);
                case WebSocketException:
                    throw new ChainException(ChainFailure.Unreachable, $"The node {endpoint} cannot be reached: {Describe(failed, status)}.", failed);
                default:
                    throw;
            }
        }
    }

    /// <summary>The chain's name, as the node says it: one short line.</summary>
    internal async Task<string> GetChainAsync(CancellationToken cancellationToken)
    {
        const string method = "system_chain";
        var chain = await CallAsync<string>(method, [], cancellationToken);
        return chain is { Length: > 0 and <= 64 } && chain.All(c => c is >= ' ' and <= '~') ? chain : throw Malformed(method, cause: null);
    }

    /// <summary>The newest block that the chain will not take back.</summary>
    internal async Task<HexBytes> GetFinalizedHeadAsync(CancellationToken cancellationToken)
    {
        const string method = "chain_getFinalizedHead";
        var hash = await CallAsync<HexBytes>(method, [], cancellationToken);
        return hash.Bytes.Length == BlockHashBytes ? hash : throw Malformed(method, cause: null);
    }

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
        _http.Dispose();
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
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChainException(ChainFailure.Timeout, $"The node {Endpoint} did not answer {method} within {_callTimeout.TotalSeconds:0.#} s.", late);
        }
        catch (RemoteInvocationException error)
        {
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} answered {method} with error {error.ErrorCode}.", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            // An error code by which one side of JSON-RPC tells the other that it was cancelled. Nothing was.
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} answered {method} as cancelled.", error);
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
        await Task.WhenAny(_rpc.Completion, Task.Delay(ReasonTimeout, _time));
        if (_socket.Exceeded)
        {
            return new ChainException(
                ChainFailure.TooLarge, $"The node {Endpoint} sent more than {BoundedWebSocket.MaxMessageBytes / (1024 * 1024)} MiB in answer to {method}.", lost);
        }

        // What ends a connection and is not of the network is what was received.
        var cause = _rpc.Completion.Exception?.InnerException;
        return cause is null or WebSocketException or IOException or ObjectDisposedException or OperationCanceledException
            ? new ChainException(ChainFailure.Disconnected, $"The connection to the node {Endpoint} ended during {method}.", lost)
            : Malformed(method, cause);
    }

    private ChainException Malformed(string method, Exception? cause) =>
        new(ChainFailure.Malformed, $"The node {Endpoint} sent no usable answer to {method}.", cause);

    private static string Describe(Exception failed, HttpStatusCode status)
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

        return (int)status is 0 or (int)HttpStatusCode.SwitchingProtocols
            ? "it opened no WebSocket"
            : FormattableString.Invariant($"it answered with HTTP status {(int)status} instead of a WebSocket");
    }
}
