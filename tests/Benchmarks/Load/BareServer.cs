using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// A server to compare the service with, in a process of its own. It reads each request and answers with constant JSON. It measures the
/// cost of HTTP alone, or of HTTP and one verification of a signature.
/// </summary>
internal sealed class BareServer : IAsyncDisposable
{
    internal const string Name = "bare-server";

    private const string Answers = "answer";
    private const string Verifies = "verify";
    private const int ChunkBytes = 16 * 1024;

    private BareServer(Process process, Uri address) => (Process, Address) = (process, address);

    internal Process Process { get; }

    internal Uri Address { get; }

    /// <param name="size">The size of an answer in bytes.</param>
    /// <param name="verifies">Whether the server verifies one signature for each request.</param>
    internal static Task<BareServer> StartAsync(int size, bool verifies = false) => StartAsync(verifies ? Verifies : Answers, size);

    /// <summary>Starts an <see cref="EmptyController"/>.</summary>
    /// <param name="size">The size of an answer in bytes.</param>
    internal static Task<BareServer> StartControllerAsync(int size) => StartAsync(EmptyController.Kind, size);

    /// <summary>Runs a server in this process, as the command line says. Prints its address first.</summary>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var size = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        await using var app = arguments[0] == EmptyController.Kind ? EmptyController.Build(size) : Build(size, arguments[0] == Verifies);
        await app.StartAsync();
        Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        await app.WaitForShutdownAsync();
        return 0;
    }

    public async ValueTask DisposeAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }

    private static async Task<BareServer> StartAsync(string kind, int size)
    {
        string[] arguments = [typeof(BareServer).Assembly.Location, Name, kind, size.ToString(CultureInfo.InvariantCulture)];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("The bare server did not start.");
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The bare server did not start.");
        return new BareServer(process, new Uri(address));
    }

    private static WebApplication Build(int size, bool verifies)
    {
        var answer = new byte[size];
        Array.Fill(answer, (byte)'1');
        var keys = KeyPair.FromUri("//Bob");
        var text = Costs.SignedText;
        var signature = keys.Sign(text);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync();
                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }

            if (verifies && !Sr25519.Verify(keys.AccountId, text, signature))
            {
                throw new InvalidOperationException("The signature does not verify.");
            }

            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            for (var sent = 0; sent < answer.Length; sent += ChunkBytes)
            {
                await context.Response.BodyWriter.WriteAsync(answer.AsMemory(sent, Math.Min(ChunkBytes, answer.Length - sent)));
            }
        });
        return app;
    }
}
