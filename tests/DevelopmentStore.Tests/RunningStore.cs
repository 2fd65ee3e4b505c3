using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Moq;
using S3Auth.DevelopmentStore;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>A store on a free loopback port with its own folder and clock.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    public const string Bucket = "s3auth-dev";
    public const string Region = "us-east-2";
    public const string AccessKey = "test-access-key";
    public const string SecretKey = "test/secret+key";

    private readonly ComplaintLog _log = new();
    private EmbeddedStore _store;

    private RunningStore(string parent, StoreBehaviour behaviour)
    {
        Parent = parent;
        Behaviour = behaviour;
        _store = Create();
    }

    /// <summary>Starts at the real time, because SDKs sign with it. Tests may advance it.</summary>
    public TestTime Clock { get; } = new(DateTimeOffset.UtcNow);

    public Uri Endpoint => _store.Endpoint;

    /// <summary>The parent of the data folder. Nothing else may appear in it.</summary>
    public string Parent { get; }

    public string DataFolder => Path.Combine(Parent, "data");

    public string Incoming => Path.Combine(DataFolder, "incoming");

    public string Objects => Path.Combine(DataFolder, "objects", Bucket);

    /// <summary>The log messages at Warning or above.</summary>
    public IReadOnlyCollection<string> Complaints => _log.Complaints;

    public StoreBehaviour Behaviour { get; }

    public EmbeddedStoreOptions Options => OptionsFor(DataFolder) with { Behaviour = Behaviour };

    public static EmbeddedStoreOptions OptionsFor(string folder) => new()
    {
        Port = 0, DataFolder = folder, Bucket = Bucket, AccessKey = AccessKey, SecretKey = SecretKey,
    };

    public static IHostEnvironment Environment(string name) =>
        Mock.Of<IHostEnvironment>(environment => environment.EnvironmentName == name);

    public static async Task<RunningStore> StartAsync(StoreBehaviour? behaviour = null)
    {
        var store = new RunningStore(Directory.CreateTempSubdirectory("s3auth-store-").FullName, behaviour ?? StoreBehaviour.Aws);
        await store._store.StartAsync(CancellationToken.None);
        return store;
    }

    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _store.StopAsync(patience.Token);
    }

    public async Task StartAgainAsync()
    {
        _store = Create();
        await _store.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _log.Dispose();
        Directory.Delete(Parent, recursive: true);
    }

    /// <summary>All files, to check that a refused request left none.</summary>
    public string[] Files() => Directory.GetFiles(Parent, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetFileName(path) is not "store.lock")
        .ToArray();

    private EmbeddedStore Create() => new(Options, Environment(Environments.Development), Clock, _log);

    private sealed class ComplaintLog : ILoggerFactory, ILogger
    {
        private readonly ConcurrentQueue<string> _complaints = new();

        public IReadOnlyCollection<string> Complaints => _complaints;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            // The web server says this after its thread was paused for a second.
            if (IsEnabled(logLevel) && eventId.Name != "HeartbeatSlow")
            {
                _complaints.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
            // There is nothing to dispose.
        }
    }
}
