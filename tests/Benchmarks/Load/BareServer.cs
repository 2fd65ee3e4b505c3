using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace S3Auth.Benchmarks.Load;

/// <summary>Reads each request and answers with constant JSON, in a separate process. Measures the cost of HTTP alone.</summary>
internal static class BareServer
{
    internal const string Name = "bare-server";

    /// <param name="port">The port to listen on.</param>
    /// <param name="size">The size of an answer in bytes.</param>
    internal static async Task<int> RunAsync(string port, string size)
    {
        var answer = new byte[int.Parse(size, CultureInfo.InvariantCulture)];
        Array.Fill(answer, (byte)'1');
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        await using var app = builder.Build();
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

            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            await context.Response.BodyWriter.WriteAsync(answer);
        });
        await app.RunAsync();
        return 0;
    }
}
