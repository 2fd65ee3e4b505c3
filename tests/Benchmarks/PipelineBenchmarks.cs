using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Benchmarks;

/// <summary>
/// One request from its command to its answer: validation, verification of the signature, metagraph and all signing, without HTTP and JSON.
/// Uses temporary credentials and a store that answers at once.
/// </summary>
[MemoryDiagnoser]
public class PipelineBenchmarks : IDisposable
{
    private const int Miners = 256;
    private const int Files = 1000;
    private const long Now = 1_795_500_000;

    private static readonly IReadOnlyList<Source> Sources = Layouts.ByColdkey("x", "reddit").Sources;

    private readonly KeyPair _alice = KeyPair.FromUri("//Alice");
    private readonly KeyPair _bob = KeyPair.FromUri("//Bob");

    private ServiceProvider _services = null!;
    private GetFolderAccessCommand _folder = null!;
    private GetSessionCredentialsCommand _session = null!;
    private GetValidatorAccessCommand _validator = null!;
    private GetFilePresignedUrlsCommand _files = null!;

    internal ISignatureVerifier Verifier => _services.GetRequiredService<ISignatureVerifier>();

    [GlobalSetup]
    public void SetUp()
    {
        var coldkey = Accounts.Number(0);
        var metagraph = new Metagraph("static", 46, 1, DateTimeOffset.FromUnixTimeSeconds(Now),
        [
            new Neuron(0, _alice.AccountId, Accounts.Number(1000), ValidatorPermit: true, AlphaAmount.FromAlpha(30_000), Active: true),
            new Neuron(1, _bob.AccountId, coldkey, ValidatorPermit: false, default, Active: true),
        ]);
        var credentials = new CredentialSource(
            new SigningCredentials("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", new string('t', 400)));
        _services = new ServiceCollection()
            .AddSingleton(AccessWindow.Default)
            .AddSingleton(Layouts.ByColdkey("x", "reddit"))
            .AddSingleton(new SubnetRules(AlphaAmount.FromAlpha(20_000)))
            .AddAccessRules(file: null)
            .AddSingleton(Audiences.Unknown)
            .AddSingleton(ListingRedirect.Off)
            .AddSealing(key: null, isShared: false)
            .AddSingleton<IMetagraph>(new FixedMetagraph(metagraph))
            .AddSignatures()
            .AddSingleton<IUrlSigner>(
                new S3UrlSigner(
                    new StoreEndpoints(new StorageOptions { Bucket = "bucket-1", Region = "us-east-2" }),
                    credentials,
                    new PutGuard(TimeProvider.System),
                    new StoreState()))
            .AddSingleton<IObjectStore, FullStore>()
            .AddSingleton<ISessionIssuer, InstantIssuer>()
            .AddSingleton<IStoreState, StoreState>()
            .AddSingleton(new SessionRules(SessionRules.DefaultDuration))
            .AddSingleton(new DailyLimits(long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue, long.MaxValue))
            .AddSingleton(FileSizeLimits.Default)
            .AddSingleton(BurstLimit.Default)
            .AddSingleton(InFlightLimit.Default)
            .AddSingleton(ResponseMemoryBudget.OfThisProcess())
            .AddSingleton<IQuota, MemoryQuota>()
            .AddSingleton<ISharedLimits, SingleInstanceLimits>()
            .AddSingleton<IReplayGuard, AcceptingReplayGuard>()
            .AddSingleton<IAuditLog, NullAuditLog>()
            .AddMetrics()
            .AddApplication(new FixedTime())
            .BuildServiceProvider();

        _folder = new GetFolderAccessCommand
        {
            Coldkey = coldkey,
            Hotkey = _bob.AccountId,
            Timestamp = Now,
            Signature = Sign(_bob, Commitment.FolderAccess(coldkey, _bob.AccountId, Now)),
        };
        _session = new GetSessionCredentialsCommand
        {
            Coldkey = coldkey, Hotkey = _bob.AccountId, Timestamp = Now, Signature = _folder.Signature,
        };
        _validator = new GetValidatorAccessCommand
        {
            Hotkey = _alice.AccountId, Timestamp = Now, Signature = Sign(_alice, Commitment.ValidatorAccess(Now)),
        };
        _files = new GetFilePresignedUrlsCommand
        {
            Hotkey = _alice.AccountId,
            Timestamp = Now,
            Signature = Sign(_alice, Commitment.FileUrls(coldkey, _alice.AccountId, Now)),
            MinerColdkey = coldkey,
            FileKeys = [.. Enumerable.Range(0, Files).Select(i => $"data/x/{coldkey}/data_20261124_062101_{i}.parquet")],
        };
    }

    [Benchmark(Baseline = true)]
    public Task<FolderAccess> FolderAccess() => SendAsync(_folder);

    /// <summary>All but the first request get the session of the first one.</summary>
    [Benchmark]
    public Task<SessionCredentials> ReusedSession() => SendAsync(_session);

    [Benchmark]
    public Task<ValidatorAccess> ValidatorAccess() => SendAsync(_validator);

    [Benchmark]
    public Task<FilePresignedUrls> FileUrls() => SendAsync(_files);

    [GlobalCleanup]
    public void Dispose()
    {
        _services.Dispose();
        _alice.Dispose();
        _bob.Dispose();
        GC.SuppressFinalize(this);
    }

    private async Task<TAnswer> SendAsync<TAnswer>(IRequest<TAnswer> request)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request);
    }

    private static Sr25519Signature Sign(KeyPair keys, Commitment commitment) => keys.Sign(Encoding.UTF8.GetBytes(commitment.Text));

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));

    private sealed class InstantIssuer : ISessionIssuer
    {
        public SessionMode Mode => SessionMode.Sts;

        public bool CanIssue(SessionScope scope) => true;

        public Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken)
        {
            var start = DateTimeOffset.FromUnixTimeSeconds(Now);
            return Task.FromResult(new Session("key", "secret", "token", start, start + duration));
        }

        public bool IsCurrent(Session session) => true;
    }

    /// <summary>Accepts the same request repeatedly.</summary>
    private sealed class AcceptingReplayGuard : IReplayGuard
    {
        public ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken) => new(ProofUse.First);
    }

    private sealed class NullAuditLog : IAuditLog
    {
        public bool IsWriting => true;

        public void Record(AuditRecord decision)
        {
        }
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Now);
    }

    private sealed class FixedMetagraph(Metagraph metagraph) : IMetagraph
    {
        public string Network => metagraph.Network;

        public ushort Netuid => metagraph.Netuid;

        public Metagraph? Current => metagraph;

        public void RefreshSoon()
        {
        }

        public MetagraphState Describe() => throw new NotSupportedException("No request here asks for it.");
    }

    /// <summary>A store in which every miner has a folder for each source.</summary>
    private sealed class FullStore : IObjectStore
    {
        private readonly Dictionary<string, FolderPage> _folders = Sources
            .Select(source => $"data/{source}/")
            .ToDictionary(
                root => root,
                root => new FolderPage([.. Enumerable.Range(0, Miners).Select(i => $"{root}{Accounts.Number(i)}/")], HasMore: false),
                StringComparer.Ordinal);

        public ObjectStoreInfo Info { get; } = new("bucket-1", "us-east-2", "https://s3.us-east-2.amazonaws.com", TimeSpan.FromSeconds(30));

        public Task<FolderPage> ListFoldersAsync(string prefix, int? maxEntries, CancellationToken cancellationToken) =>
            Task.FromResult(_folders[prefix]);

        public Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException("No request here asks for it.");

        public Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken) =>
            throw new NotSupportedException("No request here asks for it.");

        public Task<TimeSpan> PingAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException("No request here asks for it.");
    }
}
