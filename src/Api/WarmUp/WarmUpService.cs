using System.Runtime;

namespace S3Auth.Api.WarmUp;

/// <summary>
/// Exercises the code of the service before <c>/readyz</c> answers 200. The runtime compiles each method at its first call, and again,
/// optimised, after 30 calls. So this sends requests to a private copy of the service in this process, until the runtime has
/// nothing more to compile. The copy has the same code, but keys of its own, and nothing outside of the process
/// (<see cref="Composition.BuildPrivateCopy"/>), so nothing of it is counted or recorded.
/// </summary>
internal sealed partial class WarmUpService(
    ServiceOptions options, ServiceWarmUp state, TimeProvider time, ILogger<WarmUpService> log) : BackgroundService
{
    /// <summary>The maximum delay of the readiness.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(2);

    // The rest is for removing the copy and returning its memory.
    private static readonly TimeSpan MaxExerciseTime = TimeSpan.FromSeconds(1.8);

    // Few connections, so that the thread that compiles gets CPU time.
    private const int Connections = 4;

    // The runtime starts to count calls after 100 ms without a new method, and recompiles a method after 30 calls. A kind of requests is
    // warm after two quiet intervals: with fewer compiled methods than this.
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(150);
    private const int QuietIntervals = 2;
    private const int MaxMethodsOfQuietInterval = 10;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the service listens.
        state.Begin();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var limit = new CancellationTokenSource(MaxTime, time);
        await using var ready = limit.Token.Register(state.End);
        using var exerciseLimit = new CancellationTokenSource(MaxExerciseTime, time);
        using var exercise = CancellationTokenSource.CreateLinkedTokenSource(exerciseLimit.Token, stoppingToken);
        try
        {
            await ExerciseAsync(exercise.Token);
        }
        catch (OperationCanceledException) when (exercise.IsCancellationRequested)
        {
            // The code is as fast as it gets in this time.
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }

        // Returns the memory of the copy to the system. After the time limit, this pause would delay requests.
        if (state.IsRunning)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        state.End();
    }

    private async Task ExerciseAsync(CancellationToken cancellationToken)
    {
        using var requests = new WarmUpRequests(options.Layout, options.Netuid, time.GetUtcNow());
        await using var copy = Composition.BuildPrivateCopy(options, requests.Metagraph, requests.Folders);
        await copy.StartAsync(cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(copy.Urls.First()),
        };

        // The most frequent request first, because the time may not suffice for all.
        await UntilCompiledAsync(http, requests.NextFolderAccess, cancellationToken);
        await UntilCompiledAsync(http, requests.NextOfAnyKind, cancellationToken);
    }

    private async Task UntilCompiledAsync(HttpClient http, Func<HttpRequestMessage> next, CancellationToken cancellationToken)
    {
        using var compiled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var senders = Enumerable.Range(0, Connections).Select(_ => SendAsync(http, next, compiled.Token)).ToList();
        try
        {
            for (var quiet = 0; quiet < QuietIntervals && !senders.Exists(sender => sender.IsFaulted);)
            {
                var before = JitInfo.GetCompiledMethodCount();
                await Task.Delay(CheckInterval, time, cancellationToken);
                quiet = JitInfo.GetCompiledMethodCount() - before < MaxMethodsOfQuietInterval ? quiet + 1 : 0;
            }
        }
        finally
        {
            await compiled.CancelAsync();
            await Task.WhenAll(senders);
        }
    }

    private static async Task SendAsync(HttpClient http, Func<HttpRequestMessage> next, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var request = next();
                using var answer = await http.SendAsync(request, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Everything is compiled, or the time is over.
        }
    }

    [LoggerMessage(LogLevel.Warning, "The warm-up failed. The first requests will take longer")]
    private partial void LogFailed(Exception failure);
}
