using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace S3Auth.Testing.Chain;

/// <summary>
/// A Subtensor node for tests: JSON-RPC over a WebSocket, with the methods that the server calls. What it says
/// (<see cref="TestChainState"/>) and how it misbehaves can be changed at any time.
/// </summary>
public sealed class TestNode : TestChainState, IAsyncDisposable
{
    private const int FrameBytes = 64 * 1024;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private int _connections;
    private int _waiting;

    private TestNode(WebApplication app) => _app = app;

    /// <summary>How long it takes for every answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What it does wrong.</summary>
    public Misbehaviour Misbehaviour { get; set; }

    /// <summary>In which method, or in which runtime function of <c>state_call</c>; null for all.</summary>
    public string? MisbehavesIn { get; set; }

    /// <summary>Results by method, in JSON, instead of those that follow from its state.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Where it sends others when it misbehaves so.</summary>
    public Uri? RedirectsTo { get; set; }

    /// <summary>What it says in an error.</summary>
    public string ErrorText { get; set; } = "secret of the node\\n";

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Connections that were opened so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Questions that are not answered yet.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How often a method, or a runtime function of <c>state_call</c>, was asked.</summary>
    public int Calls(string method) => _calls.GetValueOrDefault(method);

    /// <summary>The sum of <see cref="Calls"/> over all names. A <c>state_call</c> counts twice: as a method and as a function.</summary>
    public int TotalCalls => _calls.Values.Sum();

    /// <summary>How often the state was asked for.</summary>
    public int StateCalls => Calls(TestNodeAnswers.StateFunction);

    /// <summary>Starts it.</summary>
    /// <param name="port">Where; 0 for any free port.</param>
    /// <param name="certificate">For TLS.</param>
    public static async Task<TestNode> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
            }
        }));

        var app = builder.Build();
        app.UseWebSockets();
        var node = new TestNode(app);
        app.Run(node.ServeAsync);
        await app.StartAsync();

        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        node.Address = new UriBuilder(bound) { Scheme = certificate is null ? "ws" : "wss" }.Uri;
        return node;
    }

    /// <summary>Stops as a killed process does: every connection is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        try
        {
            Interlocked.Increment(ref _connections);
            if (Misbehaviour == Misbehaviour.RefuseUpgrade)
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }

            if (Misbehaviour == Misbehaviour.Redirect)
            {
                context.Response.Redirect(RedirectsTo!.ToString());
                return;
            }

            if (Misbehaviour == Misbehaviour.HangInUpgrade)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, _stopping.Token);
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            while (await ReadAsync(socket) is { } question)
            {
                Interlocked.Increment(ref _waiting);
                try
                {
                    await AnswerAsync(context, socket, question);
                }
                finally
                {
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException or IOException)
        {
            // The client left, or the test is over.
        }
        finally
        {
            if (_stopping.IsCancellationRequested)
            {
                context.Abort();
            }
        }
    }

    private async Task<JsonDocument?> ReadAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, _stopping.Token);
            if (received.MessageType != WebSocketMessageType.Text)
            {
                // The end, or bytes, which are no JSON-RPC.
                return null;
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return JsonDocument.Parse(message.ToArray());
            }
        }
    }

    private async Task AnswerAsync(HttpContext context, WebSocket socket, JsonDocument document)
    {
        using var question = document;
        var id = question.RootElement.GetProperty("id").GetRawText();
        var method = question.RootElement.GetProperty("method").GetString()!;
        JsonElement[] parameters = [.. question.RootElement.GetProperty("params").EnumerateArray()];
        var function = method == "state_call" && parameters is [{ ValueKind: JsonValueKind.String } name, ..] ? name.GetString() : null;
        Count(method);
        if (function is not null)
        {
            Count(function);
        }

        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, _stopping.Token);
        }

        switch (MisbehavesIn is null || MisbehavesIn == method || MisbehavesIn == function ? Misbehaviour : Misbehaviour.None)
        {
            case Misbehaviour.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, _stopping.Token);
                break;
            case Misbehaviour.Close:
                await socket.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "going down", _stopping.Token);
                break;
            case Misbehaviour.DropInAnswer:
                var half = Encoding.UTF8.GetBytes(Answer(id, method, parameters));
                await socket.SendAsync(half.AsMemory(0, half.Length / 2), WebSocketMessageType.Text, endOfMessage: false, _stopping.Token);
                context.Abort();
                break;
            case Misbehaviour.Error:
                await SendAsync(socket, Error(id, -32000, ErrorText));
                break;
            case Misbehaviour.UnknownMethod:
                await SendAsync(socket, Error(id, -32601, "Method not found"));
                break;
            case Misbehaviour.Garbage:
                await SendAsync(socket, "<html>Bad gateway</html>");
                break;
            case Misbehaviour.OtherJson:
                await SendAsync(socket, """["no","answer"]""");
                break;
            case Misbehaviour.Null:
                await SendAsync(socket, Result(id, "null"));
                break;
            case Misbehaviour.Number:
                await SendAsync(socket, Result(id, "17"));
                break;
            case Misbehaviour.NoHex:
                await SendAsync(socket, Result(id, "\"0xzz\""));
                break;
            case Misbehaviour.NoPrefix:
                await SendAsync(socket, Answer(id, method, parameters).Replace("\"0x", "\"", StringComparison.Ordinal));
                break;
            case Misbehaviour.OddHex:
                await SendAsync(socket, Result(id, "\"0x123\""));
                break;
            case Misbehaviour.EmptyText:
                await SendAsync(socket, Result(id, "\"\""));
                break;
            case Misbehaviour.LongHex:
                await SendAsync(socket, Result(id, $"\"0x{new string('0', 1000)}\""));
                break;
            case Misbehaviour.Cancelled:
                await SendAsync(socket, Error(id, -32800, "cancelled"));
                break;
            case Misbehaviour.Ask:
                await SendAsync(socket, """{"jsonrpc":"2.0","id":7,"method":"anything","params":[]}""");
                break;
            case Misbehaviour.Notify:
                await SendAsync(socket, """{"jsonrpc":"2.0","method":"anything","params":[]}""");
                break;
            case Misbehaviour.ManyTokens:
                await SendAsync(
                    socket, Answer(id, method, parameters).Insert(1, $"\"more\":[{string.Join(',', Enumerable.Repeat(1, 1000))}],"));
                break;
            case Misbehaviour.TooLarge:
                await SendTooMuchAsync(socket, id);
                break;
            case Misbehaviour.Deep:
                await SendAsync(socket, Result(id, new string('[', 100_000) + new string(']', 100_000)));
                break;
            default:
                await SendAsync(socket, Answer(id, method, parameters));
                break;
        }
    }

    private void Count(string method) => _calls.AddOrUpdate(method, 1, (_, count) => count + 1);

    private string Answer(string id, string method, JsonElement[] parameters)
    {
        try
        {
            return Result(id, Answers.GetValueOrDefault(method) ?? TestNodeAnswers.ToJson(this, method, parameters));
        }
        catch (TestNodeErrorException error)
        {
            return Error(id, error.Code, error.Message);
        }
    }

    private static string Error(string id, int code, string message) =>
        $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":{{{code}}},"message":"{{{message}}}","data":"more"}}""";

    private static string Result(string id, string result) => $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";

    private async Task SendAsync(WebSocket socket, string text)
    {
        var message = Encoding.UTF8.GetBytes(text).AsMemory();
        do
        {
            var frame = message[..Math.Min(FrameBytes, message.Length)];
            message = message[frame.Length..];
            await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: message.IsEmpty, _stopping.Token);
        }
        while (!message.IsEmpty);
    }

    private async Task SendTooMuchAsync(WebSocket socket, string id)
    {
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(Result(id, "\"0x\"")[..^2]), WebSocketMessageType.Text, endOfMessage: false, _stopping.Token);
        var zeros = new byte[1024 * 1024];
        Array.Fill(zeros, (byte)'0');
        while (true)
        {
            await socket.SendAsync(zeros, WebSocketMessageType.Text, endOfMessage: false, _stopping.Token);
        }
    }
}
