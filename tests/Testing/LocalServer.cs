using System.Net;

using System.Collections.Concurrent;
using System.Text.Json;

namespace S3Auth.Testing;

/// <summary>A loopback HTTP server with a configurable answer. Records the requests.</summary>
public sealed class LocalServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public LocalServer()
    {
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}/");
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>Method, path, and the Range header of every request.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>The If-Match header of every request that has one.</summary>
    public ConcurrentQueue<string> Matched { get; } = [];

    /// <summary>The body of every request.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = [];

    /// <summary>Answers a request. An exception closes the connection.</summary>
    public Func<HttpListenerContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    };

    public static async Task WriteAsync(HttpListenerContext context, byte[] body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength64 = body.Length;
        await context.Response.OutputStream.WriteAsync(body);
    }

    public static Task WriteJsonAsync<T>(HttpListenerContext context, T value)
    {
        context.Response.ContentType = "application/json";
        return WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(value));
    }

    public static Task RedirectAsync(HttpListenerContext context, Uri target)
    {
        context.Response.StatusCode = 307;
        context.Response.RedirectLocation = target.AbsoluteUri;
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Asked.Enqueue($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} {context.Request.Headers["Range"]}".TrimEnd());
            if (context.Request.Headers["If-Match"] is { } condition)
            {
                Matched.Enqueue(condition);
            }

            try
            {
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Bodies.Enqueue(body.ToArray());
                await Answer(context);
                context.Response.Close();
            }
            catch (Exception)
            {
                context.Response.Abort();
            }
        }
    }
}
