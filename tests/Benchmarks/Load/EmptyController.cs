using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace S3Auth.Benchmarks.Load;

/// <summary>
/// A minimal controller with ASP.NET Core's defaults. It reads the request of a folder access and answers with constant text. It checks and
/// signs nothing.
/// </summary>
[ApiController]
public sealed class EmptyController(EmptyController.Answer answer) : ControllerBase
{
    internal const string Kind = "controller";

    /// <summary>Answers with the constant text.</summary>
    [HttpPost("/get-folder-access")]
    public Task<Answer> AnswerAsync(Body body) => Task.FromResult(answer);

    /// <summary>Returns the bytes that the process has allocated so far.</summary>
    [HttpGet("/allocated")]
    public long Allocated() => GC.GetTotalAllocatedBytes(precise: true);

    /// <summary>Returns unused memory to the system, as the service does after its warm-up.</summary>
    [HttpPost("/collect")]
    public void Collect() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    internal static WebApplication Build(int size)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new Answer(new string('1', size - "{\"text\":\"\"}".Length)));
        builder.Services.AddControllers().AddApplicationPart(typeof(EmptyController).Assembly);
        var app = builder.Build();
        app.MapControllers();
        return app;
    }

    /// <summary>The members of a request.</summary>
    public sealed record Body(string Coldkey, string Hotkey, long Timestamp, string Signature);

    /// <summary>The answer.</summary>
    public sealed record Answer(string Text);
}
