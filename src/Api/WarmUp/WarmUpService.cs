using System.Runtime;

namespace S3Auth.Api.WarmUp;

/// <summary>
/// Exercises the code of the service before <c>/readyz</c> answers 200. The runtime compiles a method at its first call, unless it was
/// compiled ahead, and again, optimised, after 30 calls. So this sends requests to a private copy of the service in this process, until
/// the runtime has nothing more to compile. The copy has the same code, but keys of its own, and changes nothing outside of the process
/// (<see cref="Composition.BuildPrivateCopy"/>), so no request of it is counted or recorded.
/// </summary>
internal sealed partial class WarmUpService(
    IServiceProvider service, ServiceOptions options, ServiceWarmUp state, TimeProvider time, ILogger<WarmUpService> log)
    : BackgroundService
{
    /// <summary>The maximum delay of the readiness. A slow machine may need all of it.</summary>
    internal static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(10);

    // The rest is for removing the copy and returning its memory.
    private static readonly TimeSpan MaxExerciseTime = MaxTime - TimeSpan.FromSeconds(0.2);

    private const int Connections = 2;

    // The runtime recompiles a method after 30 calls.
    private const int RequestsPerKind = 40;

    // The runtime starts to count calls after 20 ms without a new method (Api.csproj), or 200 ms on a machine with one processor. A shorter
    // wait could end before compilation starts.
    private static readonly TimeSpan MinIdleTime = TimeSpan.FromMilliseconds(40) * (Environment.ProcessorCount == 1 ? 10 : 1);
    private static readonly TimeSpan CheckInterval = MinIdleTime / 4;

    // A kind of request is warm after two consecutive bursts that compile fewer methods than this.
    private const int QuietBursts = 2;
    private const int MaxMethodsOfQuietBurst = 10;

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
        await using var copy = Composition.BuildPrivateCopy(service, options, requests.Metagraph, requests.Folders);
        await copy.StartAsync(cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = new Uri(copy.Urls.First()),
        };

        // The most frequent request first, because the time may not suffice for all.
        await WarmUpAsync(http, requests.NextFolderAccess, RequestsPerKind, cancellationToken);
        await WarmUpAsync(http, requests.NextOfAnyKind, RequestsPerKind * WarmUpRequests.Kinds, cancellationToken);
    }

    // Sends bursts, so that the compiler has the CPU between them.
    private async Task WarmUpAsync(HttpClient http, Func<HttpRequestMessage> next, int burst, CancellationToken cancellationToken)
    {
        for (var quiet = 0; quiet < QuietBursts;)
        {
            var before = JitInfo.GetCompiledMethodCount();
            await SendAsync(http, next, burst, cancellationToken);
            await WaitForCompilerAsync(cancellationToken);
            quiet = JitInfo.GetCompiledMethodCount() - before < MaxMethodsOfQuietBurst ? quiet + 1 : 0;
        }
    }

    private static Task SendAsync(HttpClient http, Func<HttpRequestMessage> next, int count, CancellationToken cancellationToken)
    {
        var connections = new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, count, connections, async (_, cancellation) =>
        {
            using var request = next();
            using var answer = await http.SendAsync(request, cancellation);
        });
    }

    private async Task WaitForCompilerAsync(CancellationToken cancellationToken)
    {
        var compiled = JitInfo.GetCompiledMethodCount();
        for (var idle = TimeSpan.Zero; idle < MinIdleTime; idle += CheckInterval)
        {
            await Task.Delay(CheckInterval, time, cancellationToken);
            if (JitInfo.GetCompiledMethodCount() is var now && now != compiled)
            {
                (compiled, idle) = (now, TimeSpan.Zero);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The warm-up failed. The first requests will take longer")]
    private partial void LogFailed(Exception failure);
}
