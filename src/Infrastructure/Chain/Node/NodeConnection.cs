using System.Diagnostics;
using System.Net.WebSockets;
using System.Security.Authentication;
using StreamJsonRpc;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// One connection to a node for one sync: JSON-RPC 2.0 over a WebSocket. Every failure is a <see cref="ChainException"/>. After a failure
/// the connection must not be used again.
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
            // Nodes cannot cancel a call. A cancelled call closes the connection.
            CancellationStrategy = null,

            // The library's default would write what a node sends to the system log.
            TraceSource = new TraceSource(nameof(NodeConnection), SourceLevels.Off),
        };
        _rpc.StartListening();
    }

    /// <summary>The node.</summary>
    internal NodeEndpoint Endpoint { get; }

    /// <summary>Connects to a node.</summary>
    /// <exception cref="ChainException">The node cannot be reached, or does not answer within <paramref
    /// name="connectTimeout"/>.</exception>
    internal static async Task<NodeConnection> ConnectAsync(
        NodeEndpoint endpoint, TimeSpan connectTimeout, TimeSpan callTimeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;

        // Connects only to the configured host: follows no redirect, and uses no proxy for this machine.
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
            // DNS resolution does not always react to cancellation.
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
                        ChainFailure.Timeout,
                        $"Connecting to the node {endpoint} took longer than {connectTimeout.TotalSeconds:0.#} s.",
                        failed);
                case WebSocketException:
                    throw new ChainException(
                        ChainFailure.Unreachable,
                        $"The node {endpoint} cannot be reached: {Describe(failed, status)}.",
                        failed);
                default:
                    throw;
            }
        }
    }

    /// <summary>Returns the chain's name: 1 to 64 printable ASCII characters.</summary>
    internal async Task<string> GetChainAsync(CancellationToken cancellationToken)
    {
        const string method = "system_chain";
        var chain = await CallAsync<string>(method, [], cancellationToken);
        return chain is { Length: > 0 and <= 64 } && chain.All(c => c is >= ' ' and <= '~') ? chain : throw Malformed(method, cause: null);
    }

    /// <summary>Returns the hash of the newest finalized block.</summary>
    internal Task<HexBytes> GetFinalizedHeadAsync(CancellationToken cancellationToken) =>
        CallForHashAsync("chain_getFinalizedHead", [], cancellationToken);

    /// <summary>Returns the hash of the block with a number. Block 0 identifies the chain.</summary>
    internal Task<HexBytes> GetBlockHashAsync(ulong number, CancellationToken cancellationToken) =>
        CallForHashAsync("chain_getBlockHash", [number], cancellationToken);

    /// <summary>Returns the header of a block.</summary>
    internal Task<BlockHeader> GetHeaderAsync(HexBytes block, CancellationToken cancellationToken) =>
        CallAsync<BlockHeader>("chain_getHeader", [block], cancellationToken);

    /// <summary>Returns the header of the best block, which may not be finalized.</summary>
    internal Task<BlockHeader> GetBestHeaderAsync(CancellationToken cancellationToken) =>
        CallAsync<BlockHeader>("chain_getHeader", [], cancellationToken);

    /// <summary>Returns the version of the runtime at a block.</summary>
    internal Task<RuntimeVersion> GetRuntimeVersionAsync(HexBytes block, CancellationToken cancellationToken) =>
        CallAsync<RuntimeVersion>("state_getRuntimeVersion", [block], cancellationToken);

    /// <summary>Calls a function of the runtime at a block. Arguments and result are in SCALE.</summary>
    internal Task<HexBytes> CallRuntimeAsync(string function, HexBytes arguments, HexBytes block, CancellationToken cancellationToken) =>
        CallAsync<HexBytes>("state_call", [function, arguments, block], cancellationToken);

    /// <summary>Returns a value of the storage at a block, in SCALE; null if there is none.</summary>
    internal async Task<HexBytes?> GetStorageAsync(HexBytes key, HexBytes block, CancellationToken cancellationToken) =>
        await InvokeAsync<HexBytes?>("state_getStorage", [key, block], cancellationToken);

    /// <summary>Returns the values of keys of the storage at a block; null for a key without a value.</summary>
    internal async Task<IReadOnlyDictionary<HexBytes, HexBytes?>> QueryStorageAsync(
        IReadOnlyCollection<HexBytes> keys, HexBytes block, CancellationToken cancellationToken)
    {
        const string method = "state_queryStorageAt";
        var sets = await CallAsync<StorageChanges?[]>(method, [keys, block], cancellationToken);
        var values = new Dictionary<HexBytes, HexBytes?>(keys.Count);
        foreach (var change in sets.SelectMany(set => set?.Changes ?? throw Malformed(method, cause: null)))
        {
            if (change is not [{ } key, var value])
            {
                throw Malformed(method, cause: null);
            }

            values[key] = value;
        }

        return values;
    }

    public void Dispose()
    {
        _rpc.Dispose();
        _socket.Dispose();
        _http.Dispose();
    }

    private async Task<HexBytes> CallForHashAsync(string method, object[] arguments, CancellationToken cancellationToken)
    {
        var hash = await CallAsync<HexBytes>(method, arguments, cancellationToken);
        return hash.Bytes.Length == BlockHashBytes ? hash : throw Malformed(method, cause: null);
    }

    private async Task<T> CallAsync<T>(string method, object[] arguments, CancellationToken cancellationToken) =>
        await InvokeAsync<T>(method, arguments, cancellationToken) ?? throw Malformed(method, cause: null);

    private async Task<T?> InvokeAsync<T>(string method, object[] arguments, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_callTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // WaitAsync, because the library waits for the node's answer even if the call is cancelled.
            return await _rpc.InvokeWithCancellationAsync<T?>(method, arguments, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ChainException(
                ChainFailure.Timeout,
                $"The node {Endpoint} did not answer {method} within {_callTimeout.TotalSeconds:0.#} s.",
                late);
        }
        catch (RemoteInvocationException error)
        {
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} answered {method} with error {error.ErrorCode}.", error);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            // The node answered with the error code of a cancelled call, although the call was not cancelled.
            throw new ChainException(
                ChainFailure.NodeError,
                $"The node {Endpoint} answered {method} with the error of a cancelled call.",
                error);
        }
        catch (RemoteMethodNotFoundException error)
        {
            throw new ChainException(ChainFailure.NodeError, $"The node {Endpoint} does not support {method}.", error);
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

    // A call fails before the reason why the connection ended is available.
    private async Task<ChainException> EndedAsync(string method, Exception lost)
    {
        await Task.WhenAny(_rpc.Completion, Task.Delay(ReasonTimeout, _time));
        if (_socket.Exceeded)
        {
            return new ChainException(
                ChainFailure.TooLarge,
                $"The node {Endpoint} answered {method} with more than {BoundedWebSocket.MaxMessageBytes / (1024 * 1024)} MiB.",
                lost);
        }

        // If the cause is not a network error, it is the content of a message.
        var cause = _rpc.Completion.Exception?.InnerException;
        return cause is null or WebSocketException or IOException or ObjectDisposedException or OperationCanceledException
            ? new ChainException(ChainFailure.Disconnected, $"The connection to the node {Endpoint} ended during {method}.", lost)
            : Malformed(method, cause);
    }

    private ChainException Malformed(string method, Exception? cause) =>
        new(ChainFailure.Malformed, $"The node {Endpoint} sent a malformed answer to {method}.", cause);

    private static string Describe(Exception failed, HttpStatusCode status)
    {
        for (Exception? cause = failed; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return "no trusted TLS connection";
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return "connection refused";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return "DNS does not know its name";
                case SocketException:
                    return "network error";
            }
        }

        return (int)status is 0 or (int)HttpStatusCode.SwitchingProtocols
            ? "it did not open a WebSocket"
            : FormattableString.Invariant($"it answered with HTTP status {(int)status} instead of a WebSocket");
    }
}
